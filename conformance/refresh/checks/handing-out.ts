import { errorIn, inShort, onlyCredential, readSecrets } from '../credential.ts'
import type { Check } from '../check.ts'
import { demand, notApplicable } from '../../lib/outcome.ts'
import { createBody, delegation } from '../table-requests.ts'
import { readEndpoint, resolveAsJava } from '../endpoint.ts'

/** Maximum length of a URL that common proxies accept, in characters. */
const maxEndpointLength = 8_000

export const handingOut: readonly Check[] = [
  {
    name: 'typed-token',
    about: 'a stage-create returns one credential with prefix, keys and storage-refresh-token',
    async run(fixture) {
      const { name, credential } = await fixture.stage()
      demand(credential.prefix !== '', 'the credential has an empty prefix')
      demand(
        readSecrets(credential) !== '',
        `the credential has no keys: ${Object.keys(credential.config).join(', ')}`,
      )
      return `the token of the table ${name} has ${String(credential.token?.length)} characters`
    },
  },
  {
    name: 'prefix-covers',
    about: 'the prefix of a credential is the beginning of the location of its table',
    async run(fixture) {
      const { location, credential } = await fixture.stage()
      demand(
        `${location}/`.startsWith(credential.prefix),
        `location ${location} does not begin with the prefix ${credential.prefix}`,
      )
      return undefined
    },
  },
  {
    name: 'endpoint-as-is',
    about: 'the refresh endpoint in the config of a credential works unchanged, with its token',
    async run(fixture) {
      const staged = await fixture.stage()
      const endpoint = readEndpoint(staged.credential)
      if (endpoint === undefined) notApplicable('no refresh endpoint in the config of the credential')
      demand(
        endpoint.includes('storageRefreshToken='),
        `the endpoint of a staged table has no storageRefreshToken: ${endpoint.split('?')[0] ?? ''}`,
      )
      demand(endpoint.length <= maxEndpointLength, `the endpoint has ${endpoint.length} characters`)
      demand(!endpoint.startsWith('/'), 'a relative endpoint begins with a slash: some clients double it')
      const { catalog } = fixture
      const path = resolveAsJava(catalog.uri, endpoint)
      const fresh = onlyCredential(await catalog.send('GET', path), 'GET of the endpoint')
      demand(fresh.prefix === staged.credential.prefix, `the endpoint renews another prefix: ${fresh.prefix}`)
      const next = readEndpoint(fresh)
      demand(next !== undefined, 'the refreshed credential has no endpoint')
      onlyCredential(await catalog.send('GET', resolveAsJava(catalog.uri, next)), 'GET of the next endpoint')
      return undefined
    },
  },
  {
    name: 'endpoint-again',
    about: 'a client can refresh repeatedly with the refresh endpoint of its first response',
    async run(fixture) {
      const staged = await fixture.stage()
      const endpoint = readEndpoint(staged.credential)
      if (endpoint === undefined) notApplicable('no refresh endpoint in the config of the credential')
      const path = resolveAsJava(fixture.catalog.uri, endpoint)
      for (let i = 0; i < 3; i++) {
        const response = await fixture.catalog.send('GET', path)
        if (i > 0 && response.status === 404 && errorIn(response).message.includes('storageRefreshToken'))
          notApplicable('tokens can be used once here: such clients can renew once')
        onlyCredential(response, `request number ${i + 1} to the refresh endpoint`)
      }
      return undefined
    },
  },
  {
    name: 'table-config',
    about: 'the config of the table contains the same endpoint',
    async run(fixture) {
      const { response, credential } = await fixture.stage()
      const config = (response.json as { config?: Record<string, string> }).config ?? {}
      const uri = config['credentials.uri']
      const relative = config['client.refresh-credentials-endpoint']
      if (uri === undefined && relative === undefined) notApplicable('no endpoint in the config of the table')
      const own = readEndpoint(credential)?.split('?')[0] ?? ''
      if (uri !== undefined) {
        demand(URL.canParse(uri), `credentials.uri is not an absolute URL: ${uri.split('?')[0] ?? ''}`)
        demand(
          new URL(uri).pathname.endsWith(`/${own}`),
          `credentials.uri leads elsewhere: ${new URL(uri).pathname}`,
        )
      }
      if (relative !== undefined)
        demand(relative.split('?')[0] === own, `the endpoint of the table leads elsewhere`)
      return undefined
    },
  },
  {
    name: 'not-asked',
    about:
      'a stage-create that requests no credentials succeeds, with or without credentials in the response',
    async run(fixture) {
      const body = createBody(fixture.newName(), { 'stage-create': true })
      const response = await fixture.catalog.send('POST', fixture.tables, { body })
      demand(response.status === 200, `stage-create without delegation: ${inShort(response)}`)
      const asked = await fixture.catalog.send('POST', fixture.tables, { body, headers: delegation })
      demand(asked.status === 200, `stage-create with delegation: ${inShort(asked)}`)
      return undefined
    },
  },
]
