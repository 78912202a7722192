import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import type { Finding } from '../../management/generated/schemas.ts'
import { checkWarehouse } from '../../management/generated/warehouses.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'

const timeLimitMs = 5_000

export function registerCheck(group: Command, io: Io): void {
  group
    .command('check')
    .description(
      'Tries every access to storage that a warehouse needs, from the server and from this machine, and proposes changes.',
    )
    .argument('[name]', 'warehouse (default: the one of --warehouse)')
    .action(inSession(io, check))
}

async function check(session: Session, name: string | undefined): Promise<void> {
  const { client, out } = session
  const warehouse = name ?? session.warehouse
  out.progress('The server checks the storage …')
  const { findings, clientEndpoint } = (await checkWarehouse(client, { warehouse })).body
  const all: readonly Finding[] = [
    ...findings,
    ...(clientEndpoint === null ? [] : [await checkFromHere(clientEndpoint)]),
  ]
  const failed = all.filter(({ ok }) => !ok)
  out.result({ json: { ok: failed.length === 0, findings: all.map((each) => ({ ...each })) } }, (paint) =>
    table(paint, all, [
      { heading: 'check', cell: (row) => row.name },
      { heading: 'ok', cell: (row) => (row.ok ? 'yes' : 'NO') },
      { heading: 'result', cell: (row) => row.message },
    ]),
  )
  if (failed.length === 0) return
  throw new CliError(exitCode.refused, `${failed.length} of ${all.length} checks of ${warehouse} failed.`, {
    next: failed.map((each) => `${each.name}: ${each.message}`).join('\n'),
  })
}

/**
 * Checks whether this machine can connect to the storage endpoint, because engines rarely run on the machine of the
 * server.
 */
async function checkFromHere(url: string): Promise<Finding> {
  const name = 'from here'
  try {
    await expectAnyResponse(url)
    return { name, ok: true, message: `The storage endpoint for clients, ${url}, responds to this machine.` }
  } catch {
    return {
      name,
      ok: false,
      message: `Clients use the endpoint ${url}, which does not respond to this machine. Set a storage endpoint that clients can reach too.`,
    }
  }
}

/**
 * Sends a request to a URL and resolves on any response. Does not use `fetch`, which refuses some ports that stores
 * use.
 */
function expectAnyResponse(url: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const send = url.startsWith('https:') ? tlsRequest : plainRequest
  send(url, { signal: AbortSignal.timeout(timeLimitMs), agent: false }, (response) => {
    resolve()
    response.destroy()
  })
    .on('error', reject)
    .end()
  return promise
}
