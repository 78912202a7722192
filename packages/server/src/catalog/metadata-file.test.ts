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

test.each(['none', 'gzip'])(
  'composeMetadataFile refuses a %s file whose text is larger than the server reads',
  async (codec) => {
    const compose = (maxMetadataBytes: number) =>
      composeMetadataFile({ maxMetadataBytes }, tableModel, metadata(codec), null)
    const { length } = (await compose(1_000_000)).text.whole
    expect((await compose(length)).text.whole).toHaveLength(length)
    await expect(compose(length - 1)).rejects.toMatchObject({
      code: 'bad-request',
      message: `The metadata of the table would have ${length} bytes, more than ${length - 1}. Remove old snapshots or properties first.`,
    })
  },
)
