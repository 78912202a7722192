import { createTableMetadata } from '@headgate/iceberg/metadata'
import { expect, test } from 'vitest'
import { composeMetadataFile } from './metadata-file.ts'
import { tableModel } from './relation-model.ts'

const metadata = (codec: string) =>
  createTableMetadata({
    uuid: crypto.randomUUID(),
    location: 'file:///lake/t',
    schema: { 'schema-id': 0, type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] },
    properties: { 'write.metadata.compression-codec': codec, long: 'x'.repeat(10_000) },
    now: 1,
  })

test.each(['none', 'gzip'])('a %s file may be as large as what is read, and not larger', async (codec) => {
  const compose = (maxMetadataBytes: number) =>
    composeMetadataFile({ rowLimitBytes: 1_000, maxMetadataBytes }, tableModel, metadata(codec), null)
  const { length } = (await compose(1_000_000)).text
  expect((await compose(length)).text).toHaveLength(length)
  await expect(compose(length - 1)).rejects.toMatchObject({
    code: 'bad-request',
    message: `The metadata of the table would have ${length} bytes, more than ${length - 1}: take something out of it first, such as old snapshots or properties.`,
  })
})
