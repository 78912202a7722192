import { equal, ok, rejects } from 'node:assert/strict'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { LoadedTable } from '@headgate/iceberg/client'
import { check, NotApplicable, type Check } from '../check.ts'
import { schema } from '../example-data.ts'

const toObjectAddress = ({ metadata }: LoadedTable): { readonly Bucket: string; readonly Key: string } => {
  const { host, pathname } = new URL(`${metadata.location}/data/hello.txt`)
  return { Bucket: host, Key: pathname.slice(1) }
}

export const storageChecks: readonly Check[] = [
  check(
    'issued credentials open the storage of a table, and are refreshed',
    ['loadCredentials'],
    async ({ fresh, connect }) => {
      let renewals = 0
      await using catalog = await connect((url, init) => {
        if (new URL(url).searchParams.has('storageRefreshToken')) renewals++
        return fetch(url, init)
      })
      const staged = await catalog.createTable(fresh('vended'), { schema, stageCreate: true })
      if (staged.storageCredentials.length === 0)
        throw new NotApplicable('this server issues no storage credentials')
      await using credentials = catalog.storageCredentials(staged)
      const s3 = new S3Client({
        endpoint: staged.config['s3.endpoint'] ?? '',
        region: staged.config['client.region'] ?? 'us-east-1',
        forcePathStyle: true,
        credentials,
      })
      await s3.send(new PutObjectCommand({ ...toObjectAddress(staged), Body: 'hello' }))
      await credentials({ forceRefresh: true })
      equal(renewals, 1)
      const table = await catalog.updateTable(staged).commit()
      const { Body } = await s3.send(new GetObjectCommand(toObjectAddress(table)))
      equal(await Body?.transformToString(), 'hello')
      ok((await catalog.loadCredentials(table.identifier)).length > 0)
      s3.destroy()
    },
  ),

  check(
    "the server signs requests for the table's location, and refuses requests for other locations",
    ['signRequest'],
    async ({ peer, fresh, connect }) => {
      if (peer.signing === undefined)
        throw new NotApplicable('this server has no warehouse that signs storage requests')
      await using catalog = await connect(fetch, { ...peer.signing, accessDelegation: ['remote-signing'] })
      const namespace = [fresh('signing').name]
      await catalog.createNamespace(namespace)
      const table = await catalog.createTable({ namespace, name: 't' }, { schema })
      equal(table.config['s3.remote-signing-enabled'], 'true')
      const { Bucket, Key } = toObjectAddress(table)
      const endpoint = table.config['s3.endpoint'] ?? ''
      const sign = async (method: 'PUT' | 'GET', key: string): Promise<Response> => {
        const signed = await catalog.signRequest(table, {
          region: peer.region ?? 'us-east-1',
          uri: `${endpoint}/${Bucket}/${key}`,
          method,
          headers: { 'x-amz-content-sha256': ['UNSIGNED-PAYLOAD'] },
        })
        const headers = Object.entries(signed.headers).flatMap(([name, values]) =>
          /^(?:host|content-length)$/i.test(name)
            ? []
            : values.map((value): [string, string] => [name, value]),
        )
        return await fetch(signed.uri, { method, headers, ...(method === 'PUT' && { body: 'hello' }) })
      }
      equal((await sign('PUT', Key)).status, 200)
      equal(await (await sign('GET', Key)).text(), 'hello')
      await rejects(sign('GET', 'somewhere/else'), { name: 'ForbiddenError' })
    },
  ),
]
