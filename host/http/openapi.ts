/** One route of the host: what the document says of it. `signed` routes need an admitted party's access key. */
export interface RouteDescription {
  readonly method: "delete" | "get" | "head" | "patch" | "post" | "put"
  /** Express notation. */
  readonly path: string
  readonly summary: string
  readonly signed: boolean
}

/** Every route; the app registers these and no others (test/unit/host/openapi.test.ts compares). */
export const ROUTES = {
  contract: { method: "get", path: "/v1/contracts/:contract", signed: true, summary: "The contract in canonical form" },
  create: { method: "put", path: "/v1/contracts/:contract", signed: true, summary: "Open a room with its contract" },
  health: { method: "get", path: "/healthz", signed: false, summary: "The process answers" },
  list: {
    method: "get",
    path: "/v1/contracts/:contract/:folder",
    signed: true,
    summary: "Names of a folder's objects",
  },
  metrics: { method: "get", path: "/metrics", signed: false, summary: "Metrics in Prometheus text format" },
  object: { method: "get", path: "/v1/contracts/:contract/:folder/:name", signed: true, summary: "One object" },
  openapi: { method: "get", path: "/openapi.json", signed: false, summary: "This document" },
  ready: {
    method: "get",
    path: "/readyz",
    signed: false,
    summary: "The host takes requests; 503 while it drains, stops or cannot write",
  },
  session: {
    method: "post",
    path: "/v1/contracts/:contract/sessions",
    signed: true,
    summary: "Relay a nonce to the enclave",
  },
  store: {
    method: "put",
    path: "/v1/contracts/:contract/:folder/:name",
    signed: true,
    summary: "Store one signed object",
  },
  upload: { method: "post", path: "/v1/uploads", signed: true, summary: "Begin the upload of one part (tus 1.0)" },
  uploadDrop: { method: "delete", path: "/v1/uploads/:upload", signed: true, summary: "Give an upload up (tus 1.0)" },
  uploadOffset: {
    method: "head",
    path: "/v1/uploads/:upload",
    signed: true,
    summary: "How much of an upload has arrived (tus 1.0)",
  },
  uploadSend: { method: "patch", path: "/v1/uploads/:upload", signed: true, summary: "Send more of a part (tus 1.0)" },
} as const satisfies Record<string, RouteDescription>

/** The OpenAPI 3.1 document of the host. */
export function openApiDocument() {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const { method, path, signed, summary } of Object.values(ROUTES)) {
    const name = path.replace(/:(\w+)/g, "{$1}")
    const parameters = [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => ({
      in: "path",
      name: parameter,
      required: true,
      schema: { type: "string" },
    }))
    const responses = { 200: { description: "done" }, default: { $ref: "#/components/responses/Fault" } }
    paths[name] = {
      ...paths[name],
      [method]: { parameters, responses, summary, ...(signed ? { security: [{ accessKey: [] }] } : {}) },
    }
  }
  return {
    components: {
      responses: {
        Fault: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/Fault" } } },
          description: "refused",
        },
      },
      schemas: {
        Fault: {
          additionalProperties: false,
          properties: { code: { type: "string" }, message: { type: "string" }, todo: { type: "string" } },
          required: ["code", "message", "todo"],
          type: "object",
        },
      },
      securitySchemes: { accessKey: { in: "header", name: "parley-request", type: "apiKey" } },
    },
    info: {
      description:
        "Relays rooms, stores ciphertext. Uploads under /v1/uploads follow tus 1.0; their bodies are not signed. Every signed request names the host's origin.",
      title: "Parley host",
      version: "0.1.0",
    },
    openapi: "3.1.0",
    paths,
  }
}
