import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Command } from 'commander'
import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'

interface Finding {
  readonly name: string
  readonly ok: boolean
  readonly message: string
}

const report = z.object({
  findings: z.array(z.object({ name: z.string(), ok: z.boolean(), message: z.string() })),
  clientEndpoint: z.string().nullable(),
})

const timeLimitMs = 5_000

export function registerCheck(group: Command, io: Io): void {
  group
    .command('check')
    .description(
      'Tries out everything that a warehouse needs of its storage, from the server and from here, and says what to change.',
    )
    .argument('[name]', 'without it, the one of --warehouse')
    .action(inSession(io, check))
}

async function check(session: Session, given: string | undefined): Promise<void> {
  const { client, out } = session
  const name = given ?? session.warehouse
  out.progress('The server tries the storage out …')
  const answer = await client.send({ method: 'POST', path: path`/management/v1/warehouses/${name}/check` })
  const { findings, clientEndpoint } = read(report, answer)
  const all: readonly Finding[] = [
    ...findings,
    ...(clientEndpoint === null ? [] : [await fromHere(clientEndpoint)]),
  ]
  const failed = all.filter(({ ok }) => !ok)
  out.answer({ json: { ok: failed.length === 0, findings: all.map((each) => ({ ...each })) } }, (paint) =>
    table(paint, all, [
      { heading: 'check', cell: (row) => row.name },
      { heading: 'ok', cell: (row) => (row.ok ? 'yes' : 'NO') },
      { heading: 'what was seen', cell: (row) => row.message },
    ]),
  )
  if (failed.length === 0) return
  throw new CliError(exitCode.refused, `${failed.length} of ${all.length} checks of ${name} failed.`, {
    next: failed.map((each) => `${each.name}: ${each.message}`).join('\n'),
  })
}

/** Engines run where this program does, more likely than where the server does. */
async function fromHere(url: string): Promise<Finding> {
  const name = 'from here'
  try {
    await anyAnswer(url)
    return { name, ok: true, message: `${url} answers to this machine too.` }
  } catch {
    return {
      name,
      ok: false,
      message: `Clients are told ${url}, where nothing answers to this machine: give the storage an endpoint that they reach too.`,
    }
  }
}

/** Whatever it is. Not by `fetch`, which refuses ports that stores may have. */
function anyAnswer(url: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const send = url.startsWith('https:') ? tlsRequest : plainRequest
  send(url, { signal: AbortSignal.timeout(timeLimitMs), agent: false }, (answer) => {
    resolve()
    answer.destroy()
  })
    .on('error', reject)
    .end()
  return promise
}
