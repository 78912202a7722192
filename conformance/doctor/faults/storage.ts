import { duckdbFile, flagsFile, pyicebergFile, sparkFile, trinoFile } from '../configurations.ts'
import {
  answer,
  editJson,
  icebergError,
  isCreate,
  isCredentials,
  isToken,
  type JsonMap,
  propertiesRule,
  without,
  withoutKeys,
} from '../edit.ts'
import type { Fault, Ground } from '../fault.ts'
import type { FrontRequest, FrontResponse, Rule } from '../front.ts'

const setEndpoint =
  (url: string) =>
  (config: JsonMap): JsonMap =>
    config['s3.endpoint'] === undefined ? config : { ...config, 's3.endpoint': url }

const denied: FrontResponse = {
  status: 403,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'),
}

const missing: FrontResponse = {
  status: 404,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(
    '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>',
  ),
}

/** Proxy rule that allows the CORS preflight requests of browsers. */
const allowPreflights: Rule = {
  request: (request) =>
    request.method === 'OPTIONS'
      ? {
          status: 204,
          headers: {
            'access-control-allow-origin': request.headers['origin'] ?? '*',
            'access-control-allow-methods': 'GET, POST, PUT, DELETE',
            'access-control-allow-headers': 'authorization, content-type',
          },
          body: Buffer.alloc(0),
        }
      : request,
}

/**
 * Plants a storage fault: lets the catalog name a fault-injecting proxy as storage endpoint. Returns the PyIceberg
 * configuration of this catalog.
 */
async function behindStorage({ lab, catalogFront, storageFront }: Ground, rule: Rule): Promise<string> {
  const url = await storageFront(rule)
  const uri = await catalogFront(propertiesRule(setEndpoint(url)))
  return pyicebergFile(lab.target({ uri }))
}

const flags = async (
  { lab, catalogFront }: Ground,
  rule: Rule,
  args: readonly string[] = [],
): Promise<{ args: readonly string[]; files: Record<string, string> }> => {
  const uri = await catalogFront(rule)
  return {
    args: ['--uri', uri, '--warehouse', lab.warehouse, '--properties', 'flags.properties', ...args],
    files: { 'flags.properties': flagsFile(lab.target({ uri })) },
  }
}

const isScratch = ({ target }: FrontRequest): boolean => target.includes('headgate_doctor')

/** Faults in the storage, in renewals of credentials and in commits. */
export const storageFaults: readonly Fault[] = [
  {
    name: 'endpoint that only the container network knows',
    report: 'https://github.com/apache/iceberg-python/issues/908',
    expects: { id: 'storage-name', layer: 'storage', remedy: /container network/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront(propertiesRule(setEndpoint('http://minio:9000')))
      return { file: { name: '.pyiceberg.yaml', text: pyicebergFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'endpoint that only the cluster knows',
    report: 'https://github.com/ClickHouse/ClickHouse/pull/102861',
    expects: { id: 'storage-name', layer: 'storage', remedy: /cluster/ },
    plant: async (ground) =>
      await flags(ground, propertiesRule(setEndpoint('http://s3.lake.svc.cluster.local:8182')), [
        '--engine',
        'clickhouse',
      ]),
  },
  {
    name: 'wrong region',
    report: 'https://github.com/fluree/db/issues/1396',
    expects: { id: 'storage-region', layer: 'storage', remedy: /to us-east-1/ },
    plant: async (ground) =>
      await flags(
        ground,
        propertiesRule((config) =>
          config['client.region'] === undefined ? config : { ...config, 'client.region': 'eu-west-1' },
        ),
      ),
  },
  {
    name: 'keys for the metadata and not for the data',
    report: 'https://github.com/duckdb/duckdb-iceberg/issues/792',
    expects: { id: 'data-not-covered', layer: 'storage', remedy: /write\.data\.path/ },
    plant: async (ground) => ({
      file: {
        name: '.pyiceberg.yaml',
        text: await behindStorage(ground, {
          request: (request) => (/%2Fdata|\/data/.test(request.target) ? denied : request),
        }),
      },
    }),
  },
  {
    name: 'keys for the whole bucket',
    report: null,
    expects: { id: 'keys-too-wide', layer: 'storage', status: 'warning', remedy: /session policy/ },
    plant: async (ground) => ({
      file: {
        name: '.pyiceberg.yaml',
        text: await behindStorage(ground, {
          request: (request) => (request.target.includes('headgate-doctor-') ? missing : request),
        }),
      },
    }),
  },
  {
    name: 'store without CORS',
    report: 'https://github.com/lakekeeper/lakekeeper/issues/2011',
    expects: { id: 'storage-cors', layer: 'storage', remedy: /AllowedOrigins https:\/\/app\.example\.com/ },
    plant: async (ground) => await flags(ground, allowPreflights, ['--origin', 'https://app.example.com']),
  },
  {
    name: 'keys that end and have no refresh endpoint',
    report: 'https://github.com/apache/iceberg/issues/13515',
    expects: {
      id: 'renewal-endpoint-missing',
      layer: 'renewal',
      status: 'warning',
      remedy: /client\.refresh-credentials-endpoint/,
    },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront(
        propertiesRule(without('client.refresh-credentials-endpoint', 'credentials.uri')),
      )
      return { file: { name: 'spark.conf', text: sparkFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'no absolute URL of the refresh endpoint',
    report: 'https://github.com/apache/iceberg/issues/17810',
    expects: {
      id: 'credentials-uri-missing',
      layer: 'renewal',
      status: 'warning',
      remedy: /credentials\.uri/,
    },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront(propertiesRule(without('credentials.uri')))
      return { file: { name: 'spark.conf', text: sparkFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'refresh endpoint that a gateway refuses',
    report: 'https://github.com/apache/iceberg/issues/13515',
    expects: { id: 'renewal-refused', layer: 'renewal', remedy: /query of the refresh endpoint unchanged/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        request: (request) =>
          isCredentials(request) ? icebergError(404, 'NoSuchTableException', 'No route') : request,
      })
      return { file: { name: 'lake.properties', text: trinoFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'issuer that refuses to exchange tokens',
    report: 'https://github.com/apache/iceberg/issues/17756',
    expects: {
      id: 'token-exchange-refused',
      layer: 'renewal',
      status: 'warning',
      remedy: /spark\.sql\.catalog\.lakehouse\.token-exchange-enabled=false/,
    },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        request: (request) =>
          isToken(request) && request.body.includes('token-exchange')
            ? answer(400, { error: 'unsupported_grant_type' })
            : request,
      })
      return { file: { name: 'spark.conf', text: sparkFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'keys on load and none on create',
    report: 'https://github.com/duckdb/duckdb-iceberg/issues/1343',
    expects: { id: 'no-credentials-on-create', layer: 'commit', remedy: /createTable/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        response: (response, request) =>
          isCreate(request)
            ? editJson(response, ({ 'storage-credentials': _, config: __, ...body }) => body)
            : response,
      })
      return {
        file: { name: 'lake.sql', text: duckdbFile(lab.target({ uri })) },
        args: ['--scratch', lab.namespace],
      }
    },
  },
  {
    name: 'catalog without staged tables',
    report: 'https://github.com/trinodb/trino/issues/28739',
    expects: { id: 'stage-create-refused', layer: 'commit', remedy: /Trino stages each CREATE TABLE/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        request: (request) =>
          isCreate(request) && /"stage-create":\s*true/.test(request.body.toString('utf8'))
            ? icebergError(400, 'InvalidInputException', 'Stage create is not supported')
            : request,
      })
      return {
        file: { name: 'lake.properties', text: trinoFile(lab.target({ uri })) },
        args: ['--scratch', lab.namespace],
      }
    },
  },
  {
    name: 'error bodies that DuckDB cannot read',
    report: 'https://github.com/duckdb/duckdb-iceberg/issues/965',
    expects: { id: 'error-body', layer: 'configuration', remedy: /error bodies of the specification/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        response: (response, request) =>
          response.status === 404 && isScratch(request)
            ? answer(404, {
                error: { code: 'NotFound', message: 'List call failed', target: null, details: null },
              })
            : response,
      })
      return { file: { name: 'lake.sql', text: duckdbFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'catalog without storage access',
    report: null,
    expects: { id: 'no-storage-access', layer: 'credentials', remedy: /s3\.access-key-id/ },
    plant: async ({ lab, catalogFront }) => {
      const empty = propertiesRule(withoutKeys)
      const uri = await catalogFront({
        ...empty,
        request: (request) =>
          isCredentials(request) ? icebergError(404, 'NoSuchTableException', 'none') : request,
      })
      return { file: { name: '.pyiceberg.yaml', text: pyicebergFile(lab.target({ uri })) } }
    },
  },
]
