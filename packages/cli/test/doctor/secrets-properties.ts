import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { runHere } from '../headgate.ts'
import { secretConfigurations } from './configurations.ts'
import { type RepeatingServer, type Step, startRepeatingServer } from './repeating-server.ts'

/** Fixture with the server and the folder that all runs of the property use. */
export interface SecretsFixture extends AsyncDisposable {
  readonly server: RepeatingServer
  readonly folder: string
}

export async function openSecretsFixture(): Promise<SecretsFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-doctor-secrets-'))
  const issued = { token: 't', secretKey: 's', sessionToken: 's', refresh: 'r' }
  const server = await startRepeatingServer({ refuseFrom: 'never', status: 403, issued })
  return {
    server,
    folder,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

/**
 * Random secrets. They contain only characters that files and headers accept without escapes, some of which URLs,
 * forms and JSON encode.
 */
const secret = fc
  .array(
    fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789+/=&%~!*().-_'.split('')),
    {
      minLength: 12,
      maxLength: 40,
    },
  )
  .map((characters) => `S3c${characters.join('')}`)

const steps: readonly Step[] = ['token', 'config', 'list', 'load', 'storage', 'renew', 'never']

const scenario = fc.record({
  configuration: fc.constantFrom(...secretConfigurations),
  configured: secret,
  issued: fc.record({ token: secret, secretKey: secret, sessionToken: secret, refresh: secret }),
  refuseFrom: fc.constantFrom(...steps),
  status: fc.constantFrom(400, 401, 403, 404, 419, 500),
  json: fc.boolean(),
})

export const properties: Readonly<Record<string, (fixture: SecretsFixture) => Property>> = {
  'no secret of a configuration or a server is part of the output': ({ server, folder }) =>
    property(
      scenario,
      async ({ configuration, configured, issued, refuseFrom, status, json }) => {
        server.behavior = { refuseFrom, status, issued }
        const { file, text } = configuration
        await writeFile(join(folder, file), text(server.url, configured), { mode: 0o600 })
        const { out, err } = await runHere(
          ['doctor', file, '--verbose', '--step-timeout', '5', ...(json ? ['--json'] : [])],
          folder,
          { env: {} },
        )
        const output = out + err
        for (const value of [configured, ...Object.values(issued)]) {
          for (const form of listForms(value))
            if (output.includes(form)) throw new Error(`The output contains ${form}:\n${output}`)
        }
        if (!/settings/.test(output)) throw new Error(`The command did not check a layer:\n${output}`)
      },
      5,
    ),
}

function listForms(value: string): readonly string[] {
  return [
    value,
    encodeURIComponent(value),
    new URLSearchParams({ _: value }).toString().slice(2),
    Buffer.from(value).toString('base64'),
    Buffer.from(`etl:${value}`).toString('base64'),
  ]
}
