import { readFile } from 'node:fs/promises'
import { RestCatalog } from '@headgate/iceberg/client'

/** Connects to the server of the tutorial with the credential in a file, which contains `CLIENT_ID:CLIENT_SECRET`. */
export async function connect(credentialFile: string): Promise<RestCatalog> {
  const uri = process.env['HEADGATE_URL'] ?? 'http://127.0.0.1:8181'
  const properties = {
    'rest.auth.type': 'oauth2',
    'rest.auth.oauth2.token-endpoint': `${uri}/v1/oauth/tokens`,
    'rest.auth.oauth2.scope': 'catalog',
    credential: (await readFile(credentialFile, 'utf8')).trim(),
  }
  return RestCatalog.connect({ uri, warehouse: 'lakehouse', properties })
}
