import { readFileSync } from 'node:fs'
import { freePort } from '../../lib/free-port.ts'
import { flagsFile, pyicebergFile, sparkFile, trinoFile } from '../configurations.ts'
import { editJson, isConfig } from '../edit.ts'
import type { Fault } from '../fault.ts'
import type { FrontResponse } from '../front.ts'

const certificates = new URL('../certificates/', import.meta.url)
const tls = {
  cert: readFileSync(new URL('other-name.crt', certificates)),
  key: readFileSync(new URL('other-name.key', certificates)),
}

const page: FrontResponse = {
  status: 404,
  headers: { 'content-type': 'text/html' },
  body: Buffer.from('<!doctype html><title>Console</title><p>Not found'),
}

/** Faults that prevent the engine from receiving the first response of a catalog. */
export const reachingFaults: readonly Fault[] = [
  {
    name: 'name that no name server knows',
    report: null,
    expects: { id: 'name-unresolved', layer: 'name', remedy: /spark\.sql\.catalog\.lakehouse\.uri/ },
    plant: ({ lab }) => ({
      file: {
        name: 'spark.conf',
        text: sparkFile(lab.target({ uri: 'http://catalog.headgate.invalid:8181' })),
      },
    }),
  },
  {
    name: 'port without a listener',
    report: null,
    expects: { id: 'connection-refused', layer: 'connection', remedy: /port .*iceberg\.rest-catalog\.uri/ },
    plant: async ({ lab }) => ({
      file: {
        name: 'lake.properties',
        text: trinoFile(lab.target({ uri: `http://127.0.0.1:${await freePort()}` })),
      },
    }),
  },
  {
    name: 'certificate for another host name',
    report: 'https://github.com/apache/iceberg-python/issues/2592',
    expects: { id: 'tls-host-name', layer: 'tls', remedy: /127\.0\.0\.1/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({}, tls)
      const text = pyicebergFile(lab.target({ uri }))
      const bundle = `    ssl:\n      cabundle: ${new URL('other-name.crt', certificates).pathname}\n`
      return { file: { name: '.pyiceberg.yaml', text: text + bundle } }
    },
  },
  {
    name: 'certificate of an unknown authority',
    report: null,
    expects: { id: 'tls-untrusted', layer: 'tls', remedy: /keytool/ },
    plant: async ({ lab, catalogFront }) => {
      const testkit = new URL('../../../packages/testkit/certificates/', import.meta.url)
      const own = {
        cert: readFileSync(new URL('ec.crt', testkit)),
        key: readFileSync(new URL('ec.key', testkit)),
      }
      return {
        file: { name: 'spark.conf', text: sparkFile(lab.target({ uri: await catalogFront({}, own) })) },
      }
    },
  },
  {
    name: 'http on a port that speaks TLS',
    report: null,
    expects: { id: 'tls-required', layer: 'protocol', remedy: /https/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = (await catalogFront({}, tls)).replace('https:', 'http:')
      return { file: { name: 'spark.conf', text: sparkFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'clock of the server ten minutes behind',
    report: 'https://github.com/minio/object-browser/issues/993',
    expects: { id: 'clock-differs', layer: 'clock', remedy: /NTP/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        response: (response) => ({
          ...response,
          headers: { ...response.headers, date: new Date(Date.now() - 600_000).toUTCString() },
        }),
      })
      return { file: { name: 'spark.conf', text: sparkFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'URL of the console instead of the catalog',
    report: null,
    expects: { id: 'not-a-catalog', layer: 'protocol', remedy: /\/api\/catalog/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        request: (request) =>
          request.target.startsWith('/api/catalog/')
            ? { ...request, target: request.target.slice('/api/catalog'.length) }
            : page,
      })
      return {
        args: ['--uri', uri, '--properties', 'flags.properties'],
        files: { 'flags.properties': flagsFile(lab.target()) },
      }
    },
  },
  {
    name: 'redirect to a login page',
    report: null,
    expects: { id: 'redirected', layer: 'protocol', remedy: /login page/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        request: () => ({ status: 303, headers: { location: '/login' }, body: Buffer.alloc(0) }),
      })
      return { file: { name: 'spark.conf', text: sparkFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'address of the catalog that only containers know',
    report: null,
    expects: { id: 'catalog-address', layer: 'configuration', remedy: /inside a container network/ },
    plant: async ({ lab, catalogFront }) => {
      const uri = await catalogFront({
        response: (response, request) =>
          isConfig(request)
            ? editJson(response, (body) => ({ ...body, overrides: { uri: 'http://nessie:19120/iceberg' } }))
            : response,
      })
      return { file: { name: '.pyiceberg.yaml', text: pyicebergFile(lab.target({ uri })) } }
    },
  },
  {
    name: 'warehouse that does not exist',
    report: null,
    expects: { id: 'warehouse-unknown', layer: 'configuration', remedy: /iceberg\.rest-catalog\.warehouse/ },
    plant: ({ lab }) => ({
      file: { name: 'lake.properties', text: trinoFile(lab.target({ warehouse: 'no-such-warehouse' })) },
    }),
  },
]
