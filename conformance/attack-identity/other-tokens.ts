import type { Lab } from '../identity/lab.ts'
import { bearer } from '../identity/token-endpoint.ts'
import { asCaller, readMember, tablePath } from '../refresh/catalog-client.ts'
import { credentialsIn, inShort } from '../refresh/credential.ts'
import { createBody, delegation } from '../refresh/table-requests.ts'
import type { Trap } from '../identity/trap.ts'

/**
 * Collects sealed and signed texts of the server that are not access tokens: storage refresh tokens, session tokens and
 * keys of the storage, page tokens, and web identity tokens for security token services. One web identity token has the
 * audience of an access token.
 */
export async function listOtherTokens(lab: Lab, trap: Trap, alice: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const loaded = await asCaller(lab.catalog, bearer(alice)).send(
    'GET',
    tablePath(lab.catalog, lab.namespace, 'alices'),
    {
      headers: delegation,
    },
  )
  if (loaded.status !== 200) throw new Error(`loading a table failed: ${inShort(loaded)}`)
  for (const { token, config } of credentialsIn(loaded)) {
    if (token !== undefined) found['storage refresh token'] = token
    for (const [key, value] of Object.entries(config))
      if (/token$|key$|key-id$|signature|endpoint$/.test(key) && value.length > 15) found[key] = value
  }
  const page = await lab.manage('GET', 'principals?pageSize=1')
  const next = readMember(page.json, 'nextPageToken')
  if (typeof next === 'string') found['page token'] = next
  const identity = await webIdentity(lab, trap)
  if (identity !== undefined) found['web identity'] = identity
  return found
}

async function webIdentity(lab: Lab, trap: Trap): Promise<string | undefined> {
  const name = `w-${lab.namespace[0]}`
  const made = await lab.manage('POST', 'warehouses', {
    body: {
      name,
      storage: {
        type: 's3',
        bucket: name.replaceAll('_', '-'),
        endpoint: trap.origin,
        accessKeyId: 'A',
        secretAccessKey: 's',
      },
      vending: { mode: 'sts', identity: 'user-token', stsEndpoint: trap.origin, tokenAudience: lab.audience },
      skipProbe: true,
    },
  })
  if (made.status >= 300) return undefined
  const { send, root } = { ...lab.catalog, root: `v1/${name}/` }
  await send('POST', `${root}namespaces`, { body: { namespace: ['n'] } })
  await send('POST', `${root}namespaces/n/tables`, { body: createBody('t'), headers: delegation })
  await send('GET', `${root}namespaces/n/tables/t`, { headers: delegation })
  return trap.sessions.at(-1)?.get('WebIdentityToken') ?? undefined
}
