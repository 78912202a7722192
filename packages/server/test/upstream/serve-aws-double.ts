import { type AwsIcebergKind, awsNames, startAwsDouble } from '@headgate/testkit'
import { sigv4Verifier } from './verify-sigv4.ts'

/**
 * Runs the double of an Iceberg endpoint of AWS as a program, for suites that import no package. Arguments: `glue` or
 * `s3tables`, base URL and path prefix of the catalog that does the work, its token endpoint, access key id.
 * `DOUBLE_SECRET_KEY` is the secret access key that the double accepts, `DOUBLE_CREDENTIAL` the client id and secret of
 * the double at the catalog. Prints `ready URL WAREHOUSE`.
 */
const [kindText = '', target = '', targetPrefix = '', tokenUri = '', accessKeyId = ''] = process.argv.slice(2)
const { DOUBLE_SECRET_KEY: secretAccessKey = '', DOUBLE_CREDENTIAL: credential = '' } = process.env
const kind: AwsIcebergKind = kindText === 'glue' ? 'glue' : 's3tables'

let token: { readonly value: string; readonly renewAt: number } | null = null

const { url } = await startAwsDouble({
  kind,
  target,
  targetPrefix,
  verify: sigv4Verifier(kind, { accessKeyId, secretAccessKey }),
  headers: async () => {
    if (token === null || token.renewAt < Date.now()) token = await requestToken()
    return { authorization: `Bearer ${token.value}` }
  },
})
process.stdout.write(`ready ${url} ${awsNames[kind].warehouse}\n`)

async function requestToken(): Promise<{ readonly value: string; readonly renewAt: number }> {
  const [id = '', secret = ''] = credential.split(':')
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret, scope: 'catalog' }
  const response = await fetch(tokenUri, {
    method: 'POST',
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(10_000),
  })
  const { access_token: value, expires_in: seconds } = (await response.json()) as {
    readonly access_token: string
    readonly expires_in: number
  }
  return { value, renewAt: Date.now() + (seconds * 1_000) / 2 }
}
