import {
  dorisFile,
  duckdbFile,
  pyicebergFile,
  sparkFile,
  starrocksFile,
  trinoFile,
} from '../configurations.ts'
import {
  answer,
  editJson,
  editProperties,
  icebergError,
  isLoad,
  type JsonMap,
  propertiesRule,
  without,
  withoutKeys,
} from '../edit.ts'
import type { Fault, Ground } from '../fault.ts'
import type { FrontResponse, Rule } from '../front.ts'

/** Returns a proxy rule that refuses to load a table for clients that request storage access. */
const refuseDelegation = (refusal: FrontResponse): Rule => ({
  request: (request) =>
    isLoad(request) && request.headers['x-iceberg-access-delegation'] !== undefined ? refusal : request,
})

const withoutRegion = propertiesRule(without('client.region', 's3.region'))

const renameRegion = (config: JsonMap): JsonMap => {
  const { 'client.region': region, ...rest } = config
  return region === undefined ? rest : { ...rest, 's3.region': region }
}

const sparkWith = async (
  { lab, catalogFront }: Ground,
  rule: Rule,
  more = {},
): Promise<{ file: { name: string; text: string } }> => ({
  file: { name: 'spark.conf', text: sparkFile(lab.target({ uri: await catalogFront(rule) }), more) },
})

/** Faults in the storage access that a catalog offers. */
export const credentialFaults: readonly Fault[] = [
  {
    name: 'catalog that cannot mint keys',
    report: 'https://github.com/apache/polaris/issues/3853',
    expects: {
      id: 'vending-unavailable',
      layer: 'credentials',
      remedy: /STS.*header\.X-Iceberg-Access-Delegation: ""/,
    },
    plant: async ({ lab, catalogFront }) => {
      const message = `Credential vending was requested for table ${lab.table}, but no credentials are available`
      const uri = await catalogFront(refuseDelegation(icebergError(400, 'IllegalArgumentException', message)))
      return { file: { name: '.pyiceberg.yaml', text: pyicebergFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'catalog that refuses remote signing',
    report: 'https://github.com/apache/polaris/issues/5579',
    expects: {
      id: 'delegation-refused',
      layer: 'credentials',
      remedy: /header\.X-Iceberg-Access-Delegation \(remove it\)/,
    },
    plant: async (ground) => {
      const message =
        'This catalog cannot vend credentials or sign requests; request without X-Iceberg-Access-Delegation and configure storage credentials on the client'
      return await sparkWith(ground, refuseDelegation(icebergError(400, 'BadRequestException', message)), {
        'header.X-Iceberg-Access-Delegation': 'remote-signing',
      })
    },
  },
  {
    name: 'header of DuckDB at a catalog without vending',
    report: 'https://github.com/duckdb/duckdb-iceberg/issues/450',
    expects: { id: 'delegation-refused', layer: 'credentials', remedy: /ACCESS_DELEGATION_MODE 'none'/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront(refuseDelegation(answer(400, { message: 'Bad Request' })))
      return { file: { name: 'lake.sql', text: duckdbFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'header of PyIceberg at a catalog without vending',
    report: 'https://github.com/apache/iceberg-python/issues/1886',
    expects: {
      id: 'delegation-refused',
      layer: 'credentials',
      remedy: /header\.X-Iceberg-Access-Delegation: ""/,
    },
    plant: async ({ lab, catalogFront }) => {
      const message =
        "Doesn't support credential vending, please add credential-provider-type to the catalog configurations."
      const uri = await catalogFront(refuseDelegation(icebergError(406, 'NotSupportedException', message)))
      return { file: { name: '.pyiceberg.yaml', text: pyicebergFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'header that a gateway drops',
    report: 'https://github.com/apache/gravitino/issues/12949',
    expects: { id: 'delegation-header-lost', layer: 'credentials', remedy: /forward the header/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        request: ({ headers: { 'x-iceberg-access-delegation': _, ...headers }, ...request }) => ({
          ...request,
          headers,
        }),
      })
      const target = lab.target({ uri, warehouse: lab.askedWarehouse })
      return { file: { name: 'lake.properties', text: trinoFile(target) }, args: ['--direct', lab.uri] }
    },
  },
  {
    name: 'Spark without the header',
    report: null,
    expects: {
      id: 'delegation-header-missing',
      layer: 'credentials',
      remedy: /spark\.sql\.catalog\.lakehouse\.header\.X-Iceberg-Access-Delegation=vended-credentials/,
    },
    plant: ({ lab }) => ({
      file: {
        name: 'spark.conf',
        text: sparkFile(lab.target({ warehouse: lab.askedWarehouse }), {
          'header.X-Iceberg-Access-Delegation': '',
        }),
      },
    }),
  },
  {
    name: 'properties of the storage without keys',
    report: 'https://github.com/seaweedfs/seaweedfs/issues/10566',
    expects: { id: 'keyless-secret', layer: 'credentials', remedy: /ACCESS_DELEGATION_MODE 'none'/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront(propertiesRule(withoutKeys))
      return { file: { name: 'lake.sql', text: duckdbFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'keys in a member that old Trino ignores',
    report: 'https://github.com/trinodb/trino/issues/27416',
    expects: { id: 'keys-in-other-member', layer: 'credentials', remedy: /482/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        response: (response, request) =>
          isLoad(request)
            ? editJson(response, (body) => ({ ...body, config: withoutKeys(body['config'] as JsonMap) }))
            : response,
      })
      return {
        file: { name: 'lake.properties', text: trinoFile(lab.target({ uri })) },
        args: ['--engine-version', '476'],
      }
    },
  },
  {
    name: 'keys without a session token',
    report: 'https://github.com/StarRocks/starrocks/issues/77365',
    expects: { id: 'session-token-missing', layer: 'credentials', remedy: /STS/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront(propertiesRule(without('s3.session-token')))
      return { file: { name: 'lake.sql', text: starrocksFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'no region at all',
    report: 'https://github.com/StarRocks/starrocks/issues/23432',
    expects: { id: 'region-missing', layer: 'credentials', remedy: /aws\.s3\.region/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront(withoutRegion)
      return { file: { name: 'lake.sql', text: starrocksFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'region in a spelling that old Doris ignores',
    report: 'https://github.com/apache/doris/pull/57521',
    expects: {
      id: 'region-spelling',
      layer: 'credentials',
      status: 'warning',
      remedy: /client\.region and s3\.region/,
    },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront(propertiesRule(without('s3.region')))
      return { file: { name: 'lake.sql', text: dorisFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'region in a spelling that Spark ignores',
    report: 'https://github.com/apache/doris/pull/57521',
    expects: {
      id: 'region-spelling',
      layer: 'credentials',
      remedy: /spark\.sql\.catalog\.lakehouse\.client\.region/,
    },
    plant: async (ground) => await sparkWith(ground, propertiesRule(renameRegion)),
  },
  {
    name: 'keys without an expiry',
    report: 'https://github.com/unitycatalog/unitycatalog/issues/1885',
    expects: {
      id: 'keys-without-expiry',
      layer: 'credentials',
      status: 'warning',
      remedy: /s3\.session-token-expires-at-ms/,
    },
    plant: async ({ lab, catalogFront }) => {
      const names = [
        's3.session-token-expires-at-ms',
        'client.refresh-credentials-endpoint',
        'credentials.uri',
      ]
      const uri = await catalogFront(propertiesRule(without(...names)))
      return { file: { name: 'lake.properties', text: trinoFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'Trino without the endpoint of the storage',
    report: null,
    expects: { id: 'endpoint-missing', layer: 'credentials', remedy: /s3\.endpoint=http:\/\/127\.0\.0\.1/ },
    plant: ({ lab }) => ({
      file: { name: 'lake.properties', text: trinoFile(lab.target(), { 's3.endpoint': '' }) },
    }),
  },
  {
    name: 'prefix that does not cover the table',
    report: 'https://github.com/duckdb/duckdb-iceberg/issues/792',
    expects: { id: 'prefix-does-not-cover', layer: 'credentials', remedy: /write\.data\.path/ },
    plant: async (ground) =>
      await sparkWith(ground, {
        response: (response, request) =>
          isLoad(request)
            ? editJson(response, (body) => narrow(editProperties(body, (config) => config)))
            : response,
      }),
  },
]

/**
 * Restricts the storage credentials in a load response to the metadata folder of the table, and removes the
 * credentials in `config`.
 */
function narrow(body: JsonMap): JsonMap {
  const credentials = body['storage-credentials']
  if (!Array.isArray(credentials)) return body
  return {
    ...body,
    config: withoutKeys(body['config'] as JsonMap),
    'storage-credentials': credentials.map((each: JsonMap) => ({
      ...each,
      prefix: `${String(each['prefix'])}metadata/`,
    })),
  }
}
