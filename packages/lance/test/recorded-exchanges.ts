import { readFileSync } from 'node:fs'
import { operations, type Operation } from '../src/model/operations.ts'

/** Recorded request of a real client and response of the reference server. See `spec/lance/README.md`. */
export interface RecordedExchange {
  /** Description of the action of the client. Absent if it is the same as in the previous exchange. */
  readonly about?: string
  readonly client: 'lance' | 'urllib3'
  readonly request: RecordedMessage & { readonly method: string; readonly target: string }
  readonly response: RecordedMessage & { readonly status: number }
  /** Whether the recording proxy sent the response instead of the server. */
  readonly injected: boolean
  /** Operation of the specification that the request matches. Undefined if there is none. */
  readonly operation: Operation | undefined
  /** File and line of the recording, for messages of tests. */
  readonly location: string
}

interface RecordedMessage {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether the body was Arrow IPC, which was not recorded. */
  readonly arrow?: boolean
}

const file = new URL('../../../spec/lance/exchanges.json', import.meta.url)

/** All recorded exchanges in the order in which they happened. */
export const recordedExchanges: readonly RecordedExchange[] = (
  JSON.parse(readFileSync(file, 'utf8')) as Omit<RecordedExchange, 'operation' | 'location'>[]
).map((exchange, index) => ({
  ...exchange,
  injected: exchange.injected ?? false,
  operation: findOperation(exchange.request.method, exchange.request.target),
  location: `exchanges.json:${index + 2}`,
}))

function findOperation(method: string, target: string): Operation | undefined {
  const [path = ''] = target.split('?')
  return operations.find((operation) => operation.method === method && toRegExp(operation.path).test(path))
}

function toRegExp(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
