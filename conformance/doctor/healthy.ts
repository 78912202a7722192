import { readFileSync } from 'node:fs'
import {
  duckdbFile,
  flagsFile,
  pyicebergFile,
  sparkFile,
  starrocksFile,
  trinoFile,
} from './configurations.ts'
import { propertiesRule, withoutKeys } from './edit.ts'
import { shortTokens } from './faults/expiry.ts'
import { mintingIssuer } from './faults/identity.ts'
import type { Ground, Planted } from './fault.ts'

/** Configuration without a fault, for which `headgate doctor` must report no problem. */
export interface HealthySetUp {
  readonly name: string
  /** Layers that the doctor must check. Default: all layers except the commit. */
  readonly reaches?: readonly string[]
  readonly plant: (ground: Ground) => Promise<Planted> | Planted
}

const untilTable = [
  'settings',
  'name',
  'connection',
  'tls',
  'clock',
  'protocol',
  'login',
  'identity',
  'configuration',
]
/** Layers that the doctor checks without the option `--scratch`. */
export const usualLayers: readonly string[] = [...untilTable, 'table', 'credentials', 'storage', 'renewal']
const allLayers = [...usualLayers, 'commit']

const testkit = new URL('../../packages/testkit/certificates/', import.meta.url)

/** Configurations that the documentation shows, and variations of them. */
export const healthySetUps: readonly HealthySetUp[] = [
  {
    name: 'Spark',
    reaches: allLayers,
    plant: ({ lab }) => ({
      file: { name: 'spark-defaults.conf', text: sparkFile(lab.target()) },
      args: ['--scratch', lab.namespace],
    }),
  },
  {
    name: 'Spark, the command that the server prints',
    plant: ({ lab }) => ({
      file: { name: 'spark.sh', text: printedSpark(lab.uri, lab.warehouse) },
      env: { HEADGATE_CREDENTIAL: lab.credential },
    }),
  },
  {
    name: 'Trino',
    reaches: allLayers,
    plant: ({ lab }) => ({
      file: { name: 'lakehouse.properties', text: trinoFile(lab.target()) },
      args: ['--scratch', lab.namespace],
    }),
  },
  {
    name: 'Trino with the rights of each user',
    plant: ({ lab }) => ({
      file: {
        name: 'lakehouse.properties',
        text: trinoFile(lab.target({ credential: lab.engineCredential }), {
          'iceberg.rest-catalog.session': 'USER',
        }),
      },
      args: ['--user', lab.user],
    }),
  },
  {
    name: 'Trino with the rights of each user, none of which is named',
    reaches: untilTable,
    plant: ({ lab }) => ({
      file: {
        name: 'lakehouse.properties',
        text: trinoFile(lab.target({ credential: lab.engineCredential }), {
          'iceberg.rest-catalog.session': 'USER',
        }),
      },
    }),
  },
  {
    name: 'PyIceberg',
    reaches: allLayers,
    plant: ({ lab }) => ({
      file: { name: '.pyiceberg.yaml', text: pyicebergFile(lab.target()) },
      args: ['--scratch', lab.namespace],
    }),
  },
  {
    name: 'PyIceberg over TLS with an own authority',
    plant: async ({ lab, catalogFront }) => {
      const tls = {
        cert: readFileSync(new URL('ec.crt', testkit)),
        key: readFileSync(new URL('ec.key', testkit)),
      }
      const text = pyicebergFile(lab.target({ uri: await catalogFront({}, tls) }))
      return {
        file: {
          name: '.pyiceberg.yaml',
          text: `${text}    ssl:\n      cabundle: ${new URL('ec.crt', testkit).pathname}\n`,
        },
      }
    },
  },
  {
    name: 'DuckDB',
    reaches: allLayers,
    plant: ({ lab }) => ({
      file: { name: 'attach.sql', text: duckdbFile(lab.target()) },
      args: ['--scratch', lab.namespace],
    }),
  },
  {
    name: 'Spark with the AWS keys of the machine, at a catalog that vends none',
    plant: async ({ lab, catalogFront }) => ({
      file: {
        name: 'spark.conf',
        text: sparkFile(lab.target({ uri: await catalogFront(propertiesRule(withoutKeys)) }), {
          'header.X-Iceberg-Access-Delegation': '',
        }),
      },
      env: await lab.machineKeys(),
    }),
  },
  {
    name: 'StarRocks',
    plant: ({ lab }) => ({ file: { name: 'catalog.sql', text: starrocksFile(lab.target()) } }),
  },
  {
    name: 'options, with a wait for the end of the token',
    plant: async (ground) => await shortTokens(ground, {}, 'any'),
  },
  {
    name: 'options, with a wait for the end of the keys',
    plant: ({ lab }) => ({
      args: [
        '--uri',
        lab.uri,
        '--warehouse',
        lab.shortWarehouse,
        '--properties',
        'flags.properties',
        '--engine',
        'duckdb',
        '--wait-for-expiry',
        '30',
      ],
      files: { 'flags.properties': flagsFile(lab.target()) },
    }),
  },
  {
    name: 'catalog that checks audiences',
    plant: async (ground) => await checkedAudience(ground),
  },
  {
    name: 'options',
    plant: ({ lab }) => ({
      args: [
        '--uri',
        lab.uri,
        '--warehouse',
        lab.warehouse,
        '--properties',
        'flags.properties',
        '--table',
        lab.table,
      ],
      files: { 'flags.properties': flagsFile(lab.target()) },
    }),
  },
  {
    name: 'the server of the command line, with another name for the scratch namespace',
    reaches: allLayers,
    plant: ({ lab }) => ({
      args: ['--url', lab.uri, '--warehouse', lab.warehouse, '--scratch', 'doctor_scratch'],
      env: { HEADGATE_CREDENTIAL: lab.adminCredential },
    }),
  },
]

/**
 * Returns a configuration with an issuer that issues tokens for every audience, and with a catalog that accepts only
 * tokens for its own audience.
 */
async function checkedAudience(ground: Ground): Promise<Planted> {
  const { lab } = ground
  const target = lab.target({ credential: 'svc:any-secret-value', tokenUri: await mintingIssuer(ground) })
  return {
    args: ['--uri', lab.uri, '--warehouse', lab.warehouse, '--properties', 'flags.properties'],
    files: { 'flags.properties': flagsFile(target, { 'token-exchange-enabled': 'false' }) },
  }
}

/** Returns the Spark command that a Headgate server prints when it starts. */
function printedSpark(uri: string, warehouse: string): string {
  const catalog = `spark.sql.catalog.${warehouse}`
  const settings = [
    `${catalog}=org.apache.iceberg.spark.SparkCatalog`,
    `${catalog}.type=rest`,
    `${catalog}.uri=${uri}`,
    `${catalog}.warehouse=${warehouse}`,
    `${catalog}.rest-catalog-purge=true`,
    `${catalog}.header.X-Iceberg-Access-Delegation=vended-credentials`,
    `${catalog}.scope=catalog`,
    `${catalog}.oauth2-server-uri=${uri}/v1/oauth/tokens`,
    `${catalog}.token-exchange-enabled=false`,
    `${catalog}.credential=env:HEADGATE_CREDENTIAL`,
    `spark.sql.defaultCatalog=${warehouse}`,
  ]
  return `spark-sql --packages org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0 \\\n${settings.map((each) => `  --conf ${each}`).join(' \\\n')}\n`
}
