import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Call } from '../../connection/client.ts'
import { parseObject } from '../../names/securable.ts'
import { when } from '../../output/times.ts'

/** Which events are asked for. */
export interface QueryOptions {
  readonly from?: string
  readonly until?: string
  readonly principal?: string
  readonly engine?: string
  readonly operation?: string
  readonly outcome?: string
  readonly on?: string
  readonly object?: string
  readonly query?: string
  readonly request?: string
}

export function addQueryOptions(command: Command): Command {
  return command
    .option('--from <time>', 'not before: 2026-01-31T12:00:00Z, a day, or how long ago: 90m, 24h, 7d', moment)
    .option('--until <time>', 'before, written as for --from', moment)
    .option('--principal <name>', 'only what this principal did; its name as shown, or its id')
    .option('--engine <name>', 'only what this engine did, for others or for itself')
    .option('--operation <name>', 'only this operation, such as dropTable')
    .addOption(new Option('--outcome <outcome>', 'how it ended').choices(['allowed', 'denied', 'failed']))
    .option('--on <object>', 'only on this object, whatever it was called: table:lakehouse/sales.orders')
    .option('--object <beginning>', 'only on objects whose name began so: lakehouse:sales.')
    .option('--query <id>', "only what the engine's query of this id did")
    .option('--request <id>', 'only the request of this id')
}

export function queryOf(options: QueryOptions, defaultWarehouse: string): NonNullable<Call['query']> {
  const { on, query: queryId, request: requestId, ...same } = options
  return { ...same, queryId, requestId, ...(on === undefined ? {} : securableQuery(on, defaultWarehouse)) }
}

function securableQuery(text: string, defaultWarehouse: string): NonNullable<Call['query']> {
  const securable = parseObject(text, defaultWarehouse)
  return securable === 'server' ? { securableId: serverId } : { ...securable }
}

/** As the server names itself. */
const serverId = '00000000-0000-0000-0000-000000000000'

function moment(text: string): string {
  const found = when(text)
  if (found !== null) return found
  throw new InvalidArgumentError('Write 2026-01-31T12:00:00Z, 2026-01-31, 90m, 24h or 7d.')
}
