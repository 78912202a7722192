import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { prepareKeycloak } from '../../conformance/lib/start-keycloak.ts'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import { installKeycloak } from '../../conformance/lib/install-keycloak.ts'
import type { Example } from './example.ts'

export const keycloakExample: Example = {
  name: 'keycloak',
  quick: false,
  async prepare({ keeper, say, folder, port }) {
    const python = await installPyIceberg(keeper, say)
    const { home } = await installKeycloak(keeper, say)
    const text = readFileSync(join(folder, 'examples/keycloak/lakehouse-realm.json'), 'utf8')
    const realm = { name: 'lakehouse', text }
    const { command, args, env } = await prepareKeycloak(keeper, { home, folder, realm }, port(8080))
    // Runs an installed Keycloak with the same realm in place of the container that the README starts.
    const words = [command, ...args].map((word) => `'${word}'`)
    return { path: [dirname(python)], env, programs: { docker: `exec ${words.join(' ')}` } }
  },
}
