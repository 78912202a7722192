import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { lineMatching } from '../../conformance/lib/line-matching.ts'
import { frontKeys } from '../../conformance/lib/signed-front.ts'

export interface StartedProxy {
  readonly url: string
  /** Secret that clients must send to the proxy, or undefined if it requires none. */
  readonly secret: string | undefined
}

/** Auth properties with which the proxy signs its requests. The front server accepts the keys. */
const signing: Readonly<Record<string, string>> = {
  'rest.auth.type': 'sigv4',
  'rest.auth.sigv4.region': frontKeys.region,
  'rest.auth.sigv4.service': frontKeys.service,
  'rest.auth.sigv4.access-key-id': frontKeys.accessKeyId,
  'rest.auth.sigv4.secret-access-key': frontKeys.secretAccessKey,
}

export interface ProxyOptions {
  readonly upstream: string
  readonly folder: string
  readonly properties?: Readonly<Record<string, string>>
  readonly shared?: boolean
}

/** Starts `headgate proxy` in front of a server, in a separate process. */
export async function startProxy(
  keeper: ProcessKeeper,
  name: string,
  { upstream, folder, properties: settings = signing, shared = false }: ProxyOptions,
): Promise<StartedProxy> {
  const properties = join(folder, `${name}.properties`)
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`)
  writeFileSync(properties, `${lines.join('\n')}\n`, { mode: 0o600 })
  const output = join(folder, `${name}.secret`)
  const url = await lineMatching(
    keeper,
    {
      name,
      command: process.execPath,
      args: [
        '--conditions=x-source',
        '--disable-warning=ExperimentalWarning',
        join(repositoryRoot, 'packages/cli/src/main.ts'),
        'proxy',
        '--upstream',
        upstream,
        '--port',
        '0',
        '--properties',
        properties,
        '--verbose',
        ...(shared ? ['--shared-machine', '--output', output] : []),
      ],
      cwd: repositoryRoot,
      log: join(folder, `${name}.log`),
    },
    /^ready (\S+)$/,
  )
  return { url, secret: shared ? readFileSync(output, 'utf8').trim() : undefined }
}
