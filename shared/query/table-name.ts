/** Name of a dataset's table in SQL. */
export function tableName(dataset: string): string {
  return dataset.replaceAll("-", "_")
}
