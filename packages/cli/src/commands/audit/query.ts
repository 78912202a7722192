import { type Command, InvalidArgumentError, Option } from 'commander'
import { queryAudit, type QueryAuditQuery } from '../../management/generated/audit.ts'
import type { AuditEvent } from '../../management/generated/schemas.ts'
import type { List } from '../../connection/pages.ts'
import { parseObject } from '../../names/securable.ts'
import { parseTime } from '../../output/times.ts'
import type { Session } from '../../session.ts'

/** Options that select audit events. */
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
    .option(
      '--from <time>',
      'list events from this time on: 2026-01-31T12:00:00Z, a day, or a duration before now: 90m, 24h, 7d',
      parseTimeOption,
    )
    .option('--until <time>', 'list events before this time, written as for --from', parseTimeOption)
    .option('--principal <name>', 'list events of this principal, by its name as shown or its id')
    .option('--engine <name>', 'list events of requests that this engine sent for users or for itself')
    .option('--operation <name>', 'list events of this operation, such as dropTable')
    .addOption(
      new Option('--outcome <outcome>', 'list events with this outcome').choices([
        'allowed',
        'denied',
        'failed',
      ]),
    )
    .option(
      '--on <object>',
      'list events on this object, including those under its earlier names: table:lakehouse/sales.orders',
    )
    .option(
      '--object <beginning>',
      'list events on objects whose name began with this text: lakehouse:sales.',
    )
    .option('--query <id>', 'list events of the query that has this id in the engine')
    .option('--request <id>', 'list events of the request with this id')
}

/** Converts the options to the query parameters that select audit events. */
export function toQuery(options: QueryOptions, defaultWarehouse: string): QueryAuditQuery {
  const { on, query: queryId, request: requestId, ...same } = options
  return { ...same, queryId, requestId, ...(on === undefined ? {} : toObjectQuery(on, defaultWarehouse)) }
}

/** Returns the paged list of the audit events that a query selects. */
export function eventList(
  { client }: Session,
  query: QueryAuditQuery,
  limit?: number,
): List<'events', AuditEvent> {
  return { key: 'events', request: (page) => queryAudit(client, { query: { ...query, ...page } }), limit }
}

function toObjectQuery(text: string, defaultWarehouse: string): QueryAuditQuery {
  const securable = parseObject(text, defaultWarehouse)
  return securable === 'server' ? { securableId: serverId } : securable
}

/** Id by which the server itself is the object of grants and audit events. */
const serverId = '00000000-0000-0000-0000-000000000000'

function parseTimeOption(text: string): string {
  const time = parseTime(text)
  if (time !== null) return time
  throw new InvalidArgumentError('Write 2026-01-31T12:00:00Z, 2026-01-31, 90m, 24h or 7d.')
}
