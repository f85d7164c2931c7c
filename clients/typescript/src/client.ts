import type { TypedDocumentString } from './generated/graphql.js'

/** One error of an answer; `extensions.code` says what kind it is. */
export interface GraphError {
  message: string
  path?: (string | number)[]
  extensions?: { code?: string; [key: string]: unknown }
}

/** The answer held errors. What could be answered nevertheless is in `data`. */
export class GraphRequestError extends Error {
  constructor(
    readonly status: number,
    readonly errors: GraphError[],
    readonly data: unknown,
    readonly requestId: string | null,
  ) {
    super(errors.map((error) => error.message).join('\n') || `The server answered with status ${status}.`)
    this.name = 'GraphRequestError'
  }
}

export interface ClientOptions {
  /** Where the graph is, such as http://127.0.0.1:8000/graphql */
  url: string
  /** Sent as `Authorization: Bearer`, where the server asks for one. */
  token?: string
  /** Send the documents' hashes instead of their texts; the server must know the manifest. */
  trusted?: boolean
}

type Variables<V> = Record<string, never> extends V ? [variables?: V] : [variables: V]

/** A function that executes a generated document and answers with its data, or throws a GraphRequestError. */
export function createClient({ url, token, trusted = false }: ClientOptions) {
  return async function execute<R, V>(document: TypedDocumentString<R, V>, ...[variables]: Variables<V>): Promise<R> {
    const named = trusted ? { documentId: document.__meta__?.['hash'] } : { query: document.toString() }
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json',
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ ...named, variables }),
    })
    const answer = (await response.json().catch(() => ({}))) as { data?: R | null; errors?: GraphError[] }
    if (answer.errors?.length || answer.data == null) {
      const requestId = response.headers.get('x-request-id')
      throw new GraphRequestError(response.status, answer.errors ?? [], answer.data, requestId)
    }
    return answer.data
  }
}
