import { flagsFile, pyicebergFile, trinoFile } from '../configurations.ts'
import { answer, icebergError, isLoad } from '../edit.ts'
import type { Fault, Ground } from '../fault.ts'
import type { FrontRequest } from '../front.ts'
import type { DoctorLab } from '../lab.ts'

/** Returns the audience in the token of a request, without verifying the token. */
function findAudience({ headers }: FrontRequest): unknown {
  const payload = /^Bearer [\w-]+\.([\w-]+)\./.exec(headers['authorization'] ?? '')?.[1]
  if (payload === undefined) return undefined
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  return typeof claims === 'object' && claims !== null && 'aud' in claims ? claims.aud : undefined
}

const signFor = ({ issuer, outsideUser }: DoctorLab, audience: string): string =>
  issuer.sign({ sub: outsideUser, client_id: outsideUser, aud: audience })

/** Starts a token endpoint that issues tokens for every requested audience. Returns its URL. */
export async function mintingIssuer({ lab, ownServer }: Ground): Promise<string> {
  const url = await ownServer({
    request: ({ body }) => {
      const audience = new URLSearchParams(body.toString('utf8')).get('audience') ?? lab.audience
      return answer(200, { access_token: signFor(lab, audience), token_type: 'bearer', expires_in: 300 })
    },
  })
  return `${url}/token`
}

const adminFile = (credential: string, uri: string): string =>
  `credential=${credential}\nscope=catalog\noauth2-server-uri=${uri}/v1/oauth/tokens\n`

/** Faults in the identity that the catalog sees, and in its rights. */
export const identityFaults: readonly Fault[] = [
  {
    name: 'user of the engine that never arrives',
    report: 'https://github.com/trinodb/trino/issues/26320',
    expects: { id: 'user-does-not-arrive', layer: 'identity', remedy: /iceberg\.rest-catalog\.session=USER/ },
    plant: ({ lab }) => ({
      file: { name: 'lake.properties', text: trinoFile(lab.target({ credential: lab.engineCredential })) },
      args: ['--user', lab.user],
    }),
  },
  {
    name: 'catalog that accepts tokens of another audience',
    report: null,
    expects: { id: 'audience-not-checked', layer: 'identity', remedy: /audience/ },
    plant: async (ground) => {
      const { lab, catalogFront } = ground
      const tokenUri = await mintingIssuer(ground)
      const uri = await catalogFront({
        request: (request) => {
          const audience = findAudience(request)
          if (audience === undefined || audience === lab.audience) return request
          return {
            ...request,
            headers: { ...request.headers, authorization: `Bearer ${signFor(lab, lab.audience)}` },
          }
        },
      })
      return {
        args: ['--uri', uri, '--warehouse', lab.warehouse, '--properties', 'flags.properties'],
        files: {
          'flags.properties': flagsFile(lab.target({ credential: 'svc:any-secret-value', tokenUri })),
        },
      }
    },
  },
  {
    name: 'hidden table that the catalog reports as missing',
    report: 'https://github.com/duckdb/duckdb-iceberg/issues/810',
    expects: { id: 'table-hidden', layer: 'table', remedy: /Grant the identity the right to read/ },
    plant: ({ lab }) => ({
      file: { name: '.pyiceberg.yaml', text: pyicebergFile(lab.target({ credential: lab.poorCredential })) },
      args: ['--table', lab.table, '--admin', 'admin.properties'],
      files: { 'admin.properties': adminFile(lab.adminCredential, lab.uri) },
    }),
  },
  {
    name: 'missing table that the catalog reports as forbidden',
    report: 'https://github.com/apache/gravitino/issues/11478',
    expects: { id: 'table-missing', layer: 'table', remedy: /answer 404 for tables that do not exist/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        response: (response, request) =>
          isLoad(request) &&
          request.headers['x-iceberg-access-delegation'] !== undefined &&
          response.status === 404
            ? icebergError(403, 'ForbiddenException', 'User etl is not authorized to load the table')
            : response,
      })
      return {
        file: { name: '.pyiceberg.yaml', text: pyicebergFile(lab.target({ uri })) },
        args: ['--table', `${lab.namespace}.no_such_table`, '--admin', 'admin.properties'],
        files: { 'admin.properties': adminFile(lab.adminCredential, lab.uri) },
      }
    },
  },
  {
    name: 'missing privilege EXTERNAL USE SCHEMA',
    report: 'https://github.com/Azure/spark-cdm-connector/issues/149',
    expects: { id: 'external-use-schema', layer: 'table', remedy: /GRANT EXTERNAL USE SCHEMA/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        request: (request) =>
          isLoad(request) && !request.target.includes('headgate_doctor')
            ? icebergError(
                403,
                'PERMISSION_DENIED',
                "User does not have EXTERNAL USE SCHEMA on Schema 'main.sales'.",
              )
            : request,
      })
      return { file: { name: '.pyiceberg.yaml', text: pyicebergFile(lab.target({ uri })) } }
    },
  },
]
