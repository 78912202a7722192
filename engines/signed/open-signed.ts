import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { gatewayWarehouse, newPrincipal } from '../lasting/gateway-warehouse.ts'
import { type ServerFixture, startServerFixture } from '../lasting/server-fixture.ts'
import type { AccessKeyAuth, EngineAccess } from '../lib/access.ts'
import type { Target } from '../target.ts'

/** Principal with whose access key the requests of the catalog `ice` are signed. */
export const signer = 'signer'

/**
 * Principals whose access key the administrator removes during a scenario, keyed by the engine that signs with it. The
 * catalog of the engine has the same name.
 */
export const leavers = { spark: 'leaver_spark', trino: 'leaver_trino' } as const

/** Lifetime of storage credentials in s. It is so short that clients must refresh them by signed requests. */
const credentialSeconds = 25

/**
 * Starts a server at which principals have access keys. In addition to `ice` and the catalogs of `leavers`, the catalog
 * `forged` signs with a wrong secret.
 */
export async function openSigned(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<Target> {
  const fixture = await startServerFixture(keeper, {
    folder,
    lifetimeMs: credentialSeconds * 1_000,
    env: { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '5', HEADGATE_AUDIT_READS: 'store' },
  })
  const administered = await gatewayWarehouse(fixture, 'signed', credentialSeconds)
  const access = async (principal: string): Promise<EngineAccess & { readonly auth: AccessKeyAuth }> => {
    await newPrincipal(fixture, principal)
    await fixture.send('POST', '/management/v1/grants', {
      privilege: 'manage',
      on: { warehouse: 'signed' },
      to: { principal },
    })
    return { ...administered, auth: await addAccessKey(fixture, principal) }
  }
  const signed = await access(signer)
  say(`clients sign their requests, storage credentials live for ${credentialSeconds} s`)
  return {
    fixture,
    usage: fixture.usage,
    access: signed,
    others: {
      forged: { ...signed, auth: { ...signed.auth, secretAccessKey: 'x'.repeat(43) } },
      [leavers.spark]: await access(leavers.spark),
      [leavers.trino]: await access(leavers.trino),
    },
  }
}

async function addAccessKey(fixture: ServerFixture, principal: string): Promise<AccessKeyAuth> {
  const key = (await fixture.send('POST', `/management/v1/principals/${principal}/access-keys`)) as {
    readonly accessKeyId: string
    readonly secretAccessKey: string
  }
  return { kind: 'access-key', accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey }
}
