/** How many segments are worked on at once; WebCrypto runs each on a thread of its own. */
const IN_FLIGHT = 4

/** Maps in parallel and yields in order, with a bounded number under way. */
export async function* mapInOrder<A, B>(source: AsyncIterable<A>, map: (item: A) => Promise<B>): AsyncGenerator<B> {
  const pending: Promise<B>[] = []
  try {
    for await (const item of source) {
      const started = map(item)
      // Its failure is seen when its turn comes.
      started.catch(() => undefined)
      pending.push(started)
      if (pending.length >= IN_FLIGHT) yield await (pending.shift() as Promise<B>)
    }
    while (pending.length > 0) yield await (pending.shift() as Promise<B>)
  } finally {
    await Promise.allSettled(pending)
  }
}
