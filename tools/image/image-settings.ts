import { runTool } from './run-tool.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { userId } from './base-layer.ts'
import { toTag } from './flavor.ts'

const repository = 'https://github.com/headgate/headgate'

/** Commit from which an image is built. */
export interface Origin {
  readonly revision: string
  /** Time of the commit in epoch s, or the value of `SOURCE_DATE_EPOCH`. */
  readonly epoch: number
}

/** Reads the checked-out commit. Its id has the suffix `-modified` if the work tree has changes. */
export async function readOrigin(): Promise<Origin> {
  const modified = await git('status', '--porcelain', '--', 'packages', 'package-lock.json', 'tools/image')
  const revision = await git('rev-parse', 'HEAD')
  const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? (await git('log', '-1', '--format=%ct')))
  if (!Number.isSafeInteger(epoch))
    throw new Error('SOURCE_DATE_EPOCH must be a whole number of seconds since 1970.')
  return { revision: modified === '' ? revision : `${revision}-modified`, epoch }
}

async function git(...args: readonly string[]): Promise<string> {
  return (await runTool('git', args, { cwd: repositoryRoot })).trim()
}

/** Returns the flags of `buildah config` for the server image. */
export function serverSettings(version: string, { revision, epoch }: Origin): readonly string[] {
  return [
    '--user',
    `${userId}:${userId}`,
    '--entrypoint',
    '["/usr/bin/headgate"]',
    '--cmd',
    'serve',
    '--workingdir',
    '/',
    '--stop-signal',
    'SIGTERM',
    '--port',
    '8181',
    '--port',
    '8182',
    ...environment({
      PATH: '/usr/bin',
      HOME: '/var/lib/headgate',
      HEADGATE_HOST: '0.0.0.0',
      HEADGATE_DATA_DIR: '/var/lib/headgate',
      // Node contains its own list of certificate authorities. With this variable, it also trusts those in
      // /etc/ssl/certs.
      NODE_USE_SYSTEM_CA: '1',
    }),
    ...labels({
      title: 'headgate',
      description: 'Apache Iceberg REST catalog with access control and short-lived storage credentials',
      version: toTag(version, 'server'),
      revision,
      created: new Date(epoch * 1000).toISOString(),
      licenses: 'Apache-2.0',
      source: repository,
      url: repository,
      documentation: `${repository}/blob/main/docs/how-to/run-in-containers.md`,
      vendor: 'Headgate',
    }),
  ]
}

/** Returns the flags of `buildah config` that the trial image has in addition to the flags of the server image. */
export function trialSettings(version: string): readonly string[] {
  return [
    '--volume',
    '/var/lib/headgate',
    ...environment({
      HEADGATE_PUBLIC_URL: 'http://localhost:8181',
      HEADGATE_S3_PUBLIC_URL: 'http://localhost:8182',
    }),
    ...labels({ version: toTag(version, 'trial') }),
  ]
}

function environment(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`])
}

function labels(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [
    '--label',
    `org.opencontainers.image.${name}=${value}`,
  ])
}
