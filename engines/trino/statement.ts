import { type Rows, statementTimeoutMs, type Value } from '../lib/engine.ts'

interface QueryResponse {
  readonly nextUri?: string
  readonly data?: readonly (readonly Value[])[]
  readonly error?: { readonly message: string; readonly errorName: string; readonly failureInfo?: Failure }
}

interface Failure {
  readonly message?: string
  readonly cause?: Failure
}

/**
 * Runs one statement with the HTTP protocol of Trino and returns its rows: sends the text, and then requests each
 * `nextUri` until a response contains none. Throws an error with the messages of Trino and of its causes.
 */
export async function runStatement(
  origin: string,
  statement: string,
  session: { readonly catalog: string; readonly user: string },
  signal?: AbortSignal,
): Promise<Rows> {
  const headers = {
    'x-trino-user': session.user,
    'x-trino-catalog': session.catalog,
    'x-trino-source': 'engines',
    'x-trino-time-zone': 'UTC',
  }
  const limit = signal ?? AbortSignal.timeout(statementTimeoutMs)
  const rows: (readonly Value[])[] = []
  let response = await ask(`${origin}/v1/statement`, {
    method: 'POST',
    body: statement,
    headers,
    signal: limit,
  })
  for (;;) {
    if (response.error) throw new Error(`${response.error.errorName}: ${causes(response.error)}`)
    rows.push(...(response.data ?? []))
    if (response.nextUri === undefined) return rows
    response = await ask(response.nextUri, { headers, signal: limit })
  }
}

async function ask(url: string, request: RequestInit): Promise<QueryResponse> {
  const response = await fetch(url, request)
  const text = await response.text()
  if (!response.ok) throw new Error(`Trino answered ${response.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text) as QueryResponse
}

function causes(error: NonNullable<QueryResponse['error']>): string {
  const found = [error.message]
  for (let failure = error.failureInfo; failure && found.length < 6; failure = failure.cause) {
    if (failure.message && !found.includes(failure.message)) found.push(failure.message)
  }
  return found.join(' <- ')
}
