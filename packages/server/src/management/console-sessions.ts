import { HeadgateError } from '@headgate/errors'
import { isLoopback } from '@headgate/storage'
import { z } from 'zod'
import { managesServer } from '../access/decide.ts'
import type { Call } from '../operation/operation.ts'
import {
  createConsoleCode,
  endConsoleSession,
  listSessions,
  type PrincipalSessionRow,
} from '../sessions/console-sessions.ts'
import { refuseActing } from './acting.ts'
import type { ManagementDeps } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { party } from './explanation-view.ts'
import { readPage } from './paging.ts'
import { formatInstant, id, instant, nextPageToken, pageParameters } from './schemas.ts'

const subject = 'console'

interface ConsoleSessionView {
  readonly id: string
  readonly principal: z.input<typeof party>
  readonly obtainedBy: string
  readonly startedAt: string
  readonly lastSeenAt: string
  readonly endsAt: string
  readonly address: string
  readonly userAgent: string
}

const sessionView: z.ZodType<ConsoleSessionView> = z
  .strictObject({
    id,
    principal: party,
    obtainedBy: z.string().describe('Method by which the principal was authenticated.'),
    startedAt: instant,
    lastSeenAt: instant.describe('Time of the last request, to the minute.'),
    endsAt: instant.describe('Latest end. A session also ends after 8 hours without a request.'),
    address: z.string().describe('Address of the browser.'),
    userAgent: z.string(),
  })
  .meta({ id: 'ConsoleSession' })

/** Returns the operations for sessions of the web console. */
export function consoleSessionOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  return [
    defineOperation({
      id: 'createConsoleCode',
      method: 'POST',
      path: '/management/v1/console-codes',
      subject,
      summary:
        'Creates a code with which a browser on the machine of the server signs in to the web console as the caller, once and within 60 seconds.',
      response: {
        status: 201,
        schema: z.strictObject({ code: z.string(), expiresAt: instant }),
        description: 'The code.',
      },
      async run(_, call) {
        refuseActing(call)
        refuseRemoteCaller(call)
        if (call.identity.method === 'anonymous')
          throw new HeadgateError(
            'bad-request',
            'This server is anonymous, so browsers need not sign in. Open its URL with /console.',
          )
        const { code, endsAt } = await createConsoleCode(deps.sql, call.identity)
        return { code, expiresAt: formatInstant(endsAt) }
      },
    }),
    defineOperation({
      id: 'listConsoleSessions',
      method: 'GET',
      path: '/management/v1/console-sessions',
      subject,
      summary:
        'Lists the sessions of the web console, the newest first: those of all principals with manage on the server, otherwise those of the caller.',
      query: z.strictObject(pageParameters),
      response: {
        status: 200,
        schema: z.strictObject({ sessions: z.array(sessionView), nextPageToken }),
        description: 'One page of sessions.',
      },
      async run({ query }, call) {
        const principalId = managedPrincipal(call)
        const page = await readPage(
          deps.pageTokens,
          { ...query, list: `console-sessions ${principalId ?? '*'}` },
          ([startedAt, id], limit) => {
            const after =
              startedAt === undefined || id === undefined ? null : ([Number(startedAt), id] as const)
            return listSessions(deps.sql, { principalId, after, limit })
          },
          (row) => [String(row.startedAt), row.id],
        )
        return { sessions: page.rows.map(toView), nextPageToken: page.nextPageToken }
      },
    }),
    defineOperation({
      id: 'endConsoleSession',
      method: 'DELETE',
      path: '/management/v1/console-sessions/:session',
      subject,
      summary:
        'Ends a session of the web console: one of any principal with manage on the server, otherwise one of the caller.',
      params: z.strictObject({ session: id }),
      response: { status: 204, description: 'The session has ended.' },
      async run({ params }, call) {
        refuseActing(call)
        if (await endConsoleSession(deps.sql, params.session, managedPrincipal(call))) return
        throw new HeadgateError('no-such-object', `No session ${params.session} exists, or it has ended.`)
      },
    }),
  ]
}

/** Returns the principal whose sessions the caller may see and end. Null: all principals. */
function managedPrincipal({ policy, identity }: Call): string | null {
  return managesServer(policy) ? null : identity.principal.id
}

function refuseRemoteCaller({ audit }: Call): void {
  if (isLoopback(audit.address ?? '')) return
  throw new HeadgateError(
    'forbidden',
    'Codes for the console are created only on the machine of the server. Sign in with a client id and secret.',
  )
}

function toView(row: PrincipalSessionRow): ConsoleSessionView {
  const { id, principalId, issuer, subject, name, obtained, address, userAgent } = row
  return {
    id,
    principal: { id: principalId, issuer, subject, name },
    obtainedBy: obtained,
    startedAt: formatInstant(row.startedAt),
    lastSeenAt: formatInstant(row.seenAt),
    endsAt: formatInstant(row.endsAt),
    address,
    userAgent,
  }
}
