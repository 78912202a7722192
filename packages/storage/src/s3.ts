import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { deleteObject, deleteObjects } from './s3-delete.ts'
import { listObjects } from './s3-list.ts'
import type { S3StorageOptions } from './s3-options.ts'
import { bare, getObject, getObjectBytes, headObject } from './s3-read.ts'
import { S3Bucket } from './s3-bucket.ts'
import { abortS3Upload, completeS3Upload, createS3Upload, listS3Parts, uploadS3Part } from './s3-uploads.ts'
import { putObject } from './s3-write.ts'
import { s3Capabilities } from './storage-on-demand.ts'
import type {
  Body,
  CallOptions,
  CompletedPart,
  DeleteFailure,
  GetOptions,
  ListEntry,
  ListOptions,
  ObjectInfo,
  PartInfo,
  PutOptions,
  Storage,
  StorageCapabilities,
  StoredObject,
  UploadPartOptions,
  WriteCondition,
} from './storage.ts'
import { checkCondition } from './write-condition.ts'

/**
 * Stores objects in one bucket of an S3 store, or in one folder of a bucket.
 *
 * @example
 * ```ts
 * await using storage = await S3Storage.open({ bucket: 'lake', region: 'eu-central-1', credentials: 'default-chain' })
 * const info = await storage.head('s3://lake/t/metadata/00000.json')
 * ```
 */
export class S3Storage implements Storage {
  readonly scheme = 's3'
  readonly capabilities: StorageCapabilities = s3Capabilities
  readonly #s3: S3Bucket

  private constructor(bucket: S3Bucket) {
    this.#s3 = bucket
  }

  /** Loads the S3 client, which a server without S3 warehouses never loads. Does not send a request. */
  static async open(options: S3StorageOptions): Promise<S3Storage> {
    return new S3Storage(new S3Bucket(await import('@aws-sdk/client-s3'), options))
  }

  async head(location: string, options: CallOptions = {}): Promise<ObjectInfo | null> {
    return headObject(this.#s3, location, options)
  }

  async get(location: string, options: GetOptions = {}): Promise<StoredObject> {
    return getObject(this.#s3, location, options)
  }

  async getBytes(location: string, options: CallOptions & { readonly maxBytes: number }): Promise<Buffer> {
    return getObjectBytes(this.#s3, location, options)
  }

  async put(location: string, body: Body, options: PutOptions = {}): Promise<{ etag: string }> {
    checkCondition(options)
    return putObject(this.#s3, location, body, options)
  }

  async delete(location: string, options: CallOptions = {}): Promise<void> {
    await deleteObject(this.#s3, location, options)
  }

  async deleteMany(
    locations: readonly string[],
    options: CallOptions = {},
  ): Promise<{ failed: readonly DeleteFailure[] }> {
    return deleteObjects(this.#s3, locations, options)
  }

  list(prefix: string, options: ListOptions = {}): AsyncIterable<ListEntry> {
    return listObjects(this.#s3, prefix, options)
  }

  async copy(from: string, to: string, options: CallOptions = {}): Promise<{ etag: string }> {
    const { sdk, bucket } = this.#s3
    const source = this.#s3.toKey(from).split('/').map(encodeURIComponent).join('/')
    const input = { Bucket: bucket, Key: this.#s3.toKey(to), CopySource: `${bucket}/${source}` }
    const response = await this.#s3.call(
      { location: from, signal: options.signal, fate: { unknown: false }, long: true },
      (client, abortSignal) => client.send(new sdk.CopyObjectCommand(input), { abortSignal }),
    )
    return { etag: bare(response.CopyObjectResult?.ETag) }
  }

  async createUpload(
    location: string,
    options: CallOptions & { readonly contentType?: string } = {},
  ): Promise<{ uploadId: string }> {
    return createS3Upload(this.#s3, location, options)
  }

  async uploadPart(
    location: string,
    uploadId: string,
    partNumber: number,
    body: Body,
    options: UploadPartOptions = {},
  ): Promise<{ etag: string }> {
    return uploadS3Part(this.#s3, location, uploadId, partNumber, body, options)
  }

  listParts(location: string, uploadId: string, options: CallOptions = {}): AsyncIterable<PartInfo> {
    return listS3Parts(this.#s3, location, uploadId, options)
  }

  async completeUpload(
    location: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options: CallOptions & WriteCondition = {},
  ): Promise<{ etag: string }> {
    checkCondition(options)
    return completeS3Upload(this.#s3, location, uploadId, parts, options)
  }

  async abortUpload(location: string, uploadId: string, options: CallOptions = {}): Promise<void> {
    await abortS3Upload(this.#s3, location, uploadId, options)
  }

  /**
   * Checks the bucket by listing one key. This operation needs no additional rights, and its error response names the
   * problem.
   */
  async check(signal?: AbortSignal): Promise<void> {
    const { sdk, bucket, prefix } = this.#s3
    const input = { Bucket: bucket, Prefix: prefix, MaxKeys: 1 }
    try {
      await this.#s3.call({ location: this.#s3.toLocation(prefix), signal }, (client, abortSignal) =>
        client.send(new sdk.ListObjectsV2Command(input), { abortSignal }),
      )
    } catch (error) {
      if (!isHeadgateError(error) || error.code === 'unavailable') throw error
      throw new HeadgateError('unavailable', error.message, { cause: error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#s3.destroy()
  }
}
