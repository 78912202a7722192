import { join } from 'node:path'
import { lineMatching } from '../../conformance/lib/line-matching.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { frontKeys, startFront } from '../../conformance/lib/signed-front.ts'
import { installBotocore } from '../../conformance/sigv4/install.ts'
import type { CatalogAccess } from '../../conformance/lib/catalog-access.ts'

/** AWS service whose Iceberg endpoint a test double simulates. */
export type AwsKind = 'glue' | 's3tables'

/**
 * Starts a test double of an Iceberg endpoint of AWS in front of a Headgate server, and returns the upstream settings
 * that sign requests to it. botocore and `@headgate/sigv4` each verify every signature, and the double refuses
 * requests that AWS documents as unsupported.
 */
export async function startAwsDouble(
  keeper: ProcessKeeper,
  {
    kind,
    target,
    folder,
  }: { readonly kind: AwsKind; readonly target: CatalogAccess; readonly folder: string },
): Promise<Readonly<Record<string, unknown>>> {
  const { uri, warehouse = '', auth } = target
  if (auth.kind !== 'credential')
    throw new Error('the simulated AWS service needs client credentials of the catalog')
  const { accessKeyId, secretAccessKey, region } = frontKeys
  const name = `${kind}-${warehouse}`
  const program = join(repositoryRoot, 'packages/server/test/upstream/serve-aws-double.ts')
  const ready = await lineMatching(
    keeper,
    {
      name,
      command: process.execPath,
      args: ['--conditions=x-source', program, kind, uri, warehouse, auth.tokenUri, accessKeyId],
      env: { DOUBLE_SECRET_KEY: secretAccessKey, DOUBLE_CREDENTIAL: auth.credential },
      log: join(folder, `${name}.log`),
    },
    /^ready (.*)$/,
  )
  const [url = '', awsWarehouse = ''] = ready.split(' ')
  const python = await installBotocore(keeper, () => {})
  const front = await startFront(keeper, `${name}-front`, {
    upstream: url,
    python,
    folder,
    service: kind,
    forwardsSignature: true,
  })
  return {
    uri: front.url,
    warehouse: awsWarehouse,
    dialect: kind,
    auth: {
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.region': region,
      'rest.auth.sigv4.service': kind,
      'rest.auth.sigv4.access-key-id': accessKeyId,
    },
    secrets: { 'rest.auth.sigv4.secret-access-key': secretAccessKey },
  }
}
