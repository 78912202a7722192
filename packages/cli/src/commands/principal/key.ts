import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Json } from '@headgate/json'
import type { Command } from 'commander'
import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { addClientKey, listClientKeys, removeClientKey } from '../../management/generated/principals.ts'
import { details } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

/** Registers `headgate principal key …`, which manages the public keys of a client. */
export function registerClientKeys(principals: Command, io: Io): void {
  const group = principals
    .command('key')
    .description('Public keys of a client. The client authenticates by signatures, without a shared secret.')
  group
    .command('add')
    .description('Registers the public key of a file (JSON Web Key).')
    .argument('<principal>', 'id or client id')
    .argument('<file>', 'file with the public JWK; - for standard input')
    .action(
      inSession(io, async ({ client, out }, principal: string, file: string) => {
        const response = await addClientKey(client, { principal, body: { jwk: readJwk(io, file) } })
        out.result(response, (paint) => {
          const { id, createdAt } = response.body
          return details(paint, [
            ['key', id],
            ['created', formatTime(createdAt)],
          ])
        })
      }),
    )
  group
    .command('list')
    .description('Lists the public keys of a client.')
    .argument('<principal>', 'id or client id')
    .action(
      inSession(io, async (session, principal: string) => {
        const response = await listClientKeys(session.client, { principal })
        showList(session, { items: response.body.keys, json: response.json, more: false }, 'keys', [
          { heading: 'key', cell: (row) => row.id },
          { heading: 'algorithm', cell: ({ jwk: { alg } }) => (typeof alg === 'string' ? alg : null) },
          { heading: 'created', cell: (row) => formatTime(row.createdAt) },
        ])
      }),
    )
  group
    .command('remove')
    .description('Removes a public key from a client.')
    .argument('<principal>', 'id or client id')
    .argument('<key>', 'id of the key')
    .action(
      inSession(io, async ({ client, confirm, out }, principal: string, key: string) => {
        await confirm(`Remove the key ${key} from ${principal}?`)
        const response = await removeClientKey(client, { principal, key })
        out.result(response, () => `The key ${key} no longer authenticates ${principal}.`)
      }),
    )
}

const jwkDecoder = z.record(z.string(), z.custom<Json>())

function readJwk(io: Io, file: string): Readonly<Record<string, Json>> {
  const path = resolve(io.cwd, file)
  try {
    return jwkDecoder.parse(JSON.parse(readFileSync(file === '-' ? 0 : path, 'utf8')))
  } catch (cause) {
    throw new CliError(
      exitCode.usage,
      `${file === '-' ? 'Standard input' : path} does not contain a JSON Web Key.`,
      { cause },
    )
  }
}
