import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { details } from '../../output/table.ts'
import { moment } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

const key = z.object({ id: z.string(), jwk: z.record(z.string(), z.unknown()), createdAt: z.string() })
const keys = z.object({ keys: z.array(key) })

/** `headgate principal key …`: public keys that a client signs with. */
export function registerClientKeys(principals: Command, io: Io): void {
  const group = principals
    .command('key')
    .description('Public keys: what a client signs with them proves it, without a shared secret.')
  group
    .command('add')
    .description('Registers the public key of a file (JSON Web Key).')
    .argument('<principal>', 'its id, or the client id')
    .argument('<file>', 'with the public JWK; - for standard input')
    .action(
      inSession(io, async ({ client, out }, name: string, file: string) => {
        const body = { jwk: jwkOf(io, file) }
        const answer = await client.send({
          method: 'POST',
          path: path`/management/v1/principals/${name}/keys`,
          body,
        })
        out.answer(answer, (paint) => {
          const { id, createdAt } = read(key, answer)
          return details(paint, [
            ['key', id],
            ['created', moment(createdAt)],
          ])
        })
      }),
    )
  group
    .command('list')
    .description('Lists the public keys of a client.')
    .argument('<principal>', 'its id, or the client id')
    .action(
      inSession(io, async (session, name: string) => {
        const answer = await session.client.send({
          method: 'GET',
          path: path`/management/v1/principals/${name}/keys`,
        })
        showList(session, { items: read(keys, answer).keys, json: answer.json, more: false }, 'keys', [
          { heading: 'key', cell: (row) => row.id },
          { heading: 'algorithm', cell: (row) => String(row.jwk['alg']) },
          { heading: 'created', cell: (row) => moment(row.createdAt) },
        ])
      }),
    )
  group
    .command('remove')
    .description('Takes a public key away from a client.')
    .argument('<principal>', 'its id, or the client id')
    .argument('<key>', 'its id')
    .action(
      inSession(io, async ({ client, confirm, out }, name: string, id: string) => {
        await confirm(`Take the key ${id} away from ${name}?`)
        const at = path`/management/v1/principals/${name}/keys/${id}`
        const answer = await client.send({ method: 'DELETE', path: at })
        out.answer(answer, () => `The key ${id} proves ${name} no more.`)
      }),
    )
}

function jwkOf(io: Io, file: string): Record<string, string> {
  const where = resolve(io.cwd, file)
  try {
    return z.record(z.string(), z.any()).parse(JSON.parse(readFileSync(file === '-' ? 0 : where, 'utf8')))
  } catch (cause) {
    throw new CliError(exitCode.usage, `${file === '-' ? 'Standard input' : where} holds no JSON Web Key.`, {
      cause,
    })
  }
}
