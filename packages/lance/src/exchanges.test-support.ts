import { readFileSync } from 'node:fs'
import { operations, type Operation } from './model/operations.ts'

/** What went over the wire between a real client and the reference server: see `spec/lance/README.md`. */
export interface RecordedExchange {
  readonly about?: string
  readonly client: 'lance' | 'urllib3'
  readonly request: RecordedMessage & { readonly method: string; readonly target: string }
  readonly response: RecordedMessage & { readonly status: number }
  /** The answer is that of a proxy between them. */
  readonly injected: boolean
  /** What was asked, if it is an operation of the specification. */
  readonly operation: Operation | undefined
  /** The line, for messages of tests. */
  readonly place: string
}

interface RecordedMessage {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The body was Arrow IPC, and was not kept. */
  readonly arrow?: boolean
}

const file = new URL('../../../spec/lance/exchanges.json', import.meta.url)

export const recordedExchanges: readonly RecordedExchange[] = (
  JSON.parse(readFileSync(file, 'utf8')) as Omit<RecordedExchange, 'operation' | 'place'>[]
).map((exchange, index) => ({
  ...exchange,
  injected: exchange.injected ?? false,
  operation: operationOf(exchange.request.method, exchange.request.target),
  place: `exchanges.json:${index + 2}`,
}))

function operationOf(method: string, target: string): Operation | undefined {
  const [path = ''] = target.split('?')
  return operations.find((operation) => operation.method === method && templateOf(operation.path).test(path))
}

function templateOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
