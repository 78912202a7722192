import { duckdbFile, sparkFile, starrocksFile, trinoFile } from '../configurations.ts'
import { answer, editJson, isToken } from '../edit.ts'
import type { Fault } from '../fault.ts'
import type { FrontRequest, Rule } from '../front.ts'

const readForm = ({ body }: FrontRequest): URLSearchParams => new URLSearchParams(body.toString('utf8'))

const withForm = (request: FrontRequest, form: URLSearchParams): FrontRequest => {
  const body = Buffer.from(form.toString())
  return { ...request, body, headers: { ...request.headers, 'content-length': String(body.length) } }
}

/**
 * Returns a proxy rule that requires signatures for one AWS service, and refuses requests with the messages of Amazon
 * API Gateway.
 */
const signatureGuard = (service: string): Rule => ({
  request: ({ headers }) => {
    const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers['authorization'] ?? '')
    if (scope === null) return answer(403, { message: 'Missing Authentication Token' })
    if (scope[2] !== service)
      return answer(403, { message: `Credential should be scoped to correct service: '${service}'. ` })
    return answer(200, { defaults: {}, overrides: {} })
  },
})

/** Proxy rule of an issuer that knows only the scope `lake.read`. */
const scopeRule: Rule = {
  request: (request) => {
    if (!isToken(request)) return request
    const form = readForm(request)
    if (form.get('scope') !== 'lake.read')
      return answer(400, { error: 'invalid_scope', error_description: 'The requested scope is invalid.' })
    form.set('scope', 'catalog')
    return withForm(request, form)
  },
  response: (response, { target }) =>
    target.startsWith('/.well-known/')
      ? editJson(response, (body) => ({ ...body, scopes_supported: ['lake.read'] }))
      : response,
}

/** Faults in tokens, client credentials and signatures. */
export const authenticationFaults: readonly Fault[] = [
  {
    name: 'issuer that accepts the secret only by HTTP Basic',
    report: 'https://github.com/trinodb/trino/issues/26529',
    expects: { id: 'client-auth-method', layer: 'login', remedy: /client_secret_basic.*client_secret_post/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        request: (request) =>
          isToken(request) && readForm(request).has('client_secret')
            ? answer(400, { error: 'invalid_client' })
            : request,
      })
      return { file: { name: 'lake.properties', text: trinoFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'scope that the issuer does not know',
    report: 'https://github.com/StarRocks/starrocks/issues/61253',
    expects: {
      id: 'scope-refused',
      layer: 'login',
      remedy: /iceberg\.catalog\.oauth2\.scope.* to lake\.read/,
    },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront(scopeRule)
      return {
        file: { name: 'lake.sql', text: starrocksFile(lab.target({ uri, scope: 'PRINCIPAL_ROLE:ALL' })) },
      }
    },
  },
  {
    name: 'secret without a client id',
    report: 'https://github.com/duckdb/duckdb-iceberg/issues/625',
    expects: { id: 'client-id-missing', layer: 'settings', remedy: /CLIENT_ID/ },
    plant: ({ lab }) => ({
      file: { name: 'lake.sql', text: duckdbFile(lab.target()).replace(/CLIENT_ID '[^']*', /, '') },
    }),
  },
  {
    name: 'secret that the issuer does not know',
    report: null,
    expects: { id: 'client-refused', layer: 'login', remedy: /spark\.sql\.catalog\.lakehouse\.credential/ },
    plant: ({ lab }) => ({
      file: {
        name: 'spark.conf',
        text: sparkFile(lab.target({ credential: 'etl:wrong-secret-of-the-client' })),
      },
    }),
  },
  {
    name: 'catalog without a token endpoint',
    report: null,
    expects: { id: 'no-token-endpoint', layer: 'login', remedy: /oauth2-server-uri to http/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        request: (request) => (isToken(request) ? answer(404, { detail: 'Not Found' }) : request),
      })
      return { file: { name: 'spark.conf', text: sparkFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'status 419 for an expired token',
    report: 'https://github.com/StarRocks/starrocks/issues/77546',
    expects: { id: 'token-expired-419', layer: 'login', remedy: /401/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        response: (response, { headers }) =>
          response.status === 401 && headers['authorization'] !== undefined
            ? answer(419, {
                error: {
                  message: 'Authentication token is expired',
                  type: 'AuthenticationTimeoutException',
                  code: 419,
                },
              })
            : response,
      })
      const seconds = Math.floor(Date.now() / 1_000)
      const token = lab.issuer.sign({
        sub: 'svc',
        client_id: 'svc',
        aud: lab.audience,
        iat: seconds - 900,
        exp: seconds - 600,
      })
      const text = starrocksFile(lab.target({ uri, credential: '', scope: '' }), {
        'iceberg.catalog.oauth2.token': token,
      })
      return { file: { name: 'lake.sql', text } }
    },
  },
  {
    name: 'signature for another service',
    report: 'https://github.com/duckdb/duckdb-iceberg/issues/1049',
    expects: { id: 'signing-name', layer: 'login', remedy: /rest\.signing-name to execute-api/ },
    plant: async ({ ownServer }) => ({
      args: ['--uri', await ownServer(signatureGuard('execute-api')), '--properties', 'flags.properties'],
      files: {
        'flags.properties':
          'rest.sigv4-enabled=true\nrest.signing-region=us-east-1\nrest.signing-name=glue\nrest.access-key-id=AKIDEXAMPLE\nrest.secret-access-key=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n',
      },
    }),
  },
  {
    name: 'requests without a signature',
    report: 'https://github.com/open-metadata/OpenMetadata/issues/21789',
    expects: { id: 'signature-missing', layer: 'login', remedy: /rest\.auth\.type=sigv4/ },
    plant: async ({ ownServer }) => ({
      file: {
        name: '.pyiceberg.yaml',
        text: `catalog:\n  glue:\n    type: rest\n    uri: ${await ownServer(signatureGuard('glue'))}\n    warehouse: "123456789012"\n`,
      },
    }),
  },
]
