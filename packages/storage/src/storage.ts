import type { Readable } from 'node:stream'

/** Types of object store that a location can name. `s3a` is read as `s3`. */
export type StorageScheme = 'file' | 's3'

/** Capabilities of a storage implementation. Callers check these flags instead of the scheme of a location. */
export interface StorageCapabilities {
  /** Whether `ifAbsent` is atomic: exactly one of any number of concurrent writers succeeds. */
  readonly conditionalPut: boolean
  /**
   * Whether `ifMatch` of `put` and `completeUpload` is atomic. `store`: among all writers. `process`: only among the
   * writers of one process. `false`: not supported.
   */
  readonly ifMatch: 'store' | 'process' | false
  /** Whether uploads in parts are supported (`createUpload` and the related operations). */
  readonly multipart: boolean
  /** Minimum size in bytes of each part of an upload except the last. */
  readonly minPartSize: number
  /** Whether `ObjectInfo` contains the content type that was passed to `put`. */
  readonly contentType: boolean
}

/** Properties of an object that are known without reading it. */
export interface ObjectInfo {
  /** Size of the object, in bytes. */
  readonly size: number
  /** ETag without quotes. It changes with each write of the object. */
  readonly etag: string
  /** Time of the last write, in epoch milliseconds. */
  readonly lastModified: number
  readonly contentType?: string
}

/**
 * Range of bytes: from `start` to `end` (inclusive offsets), or the last `suffix` bytes (RFC 9110 section 14.1.2).
 */
export type ByteRange = { readonly start: number; readonly end?: number } | { readonly suffix: number }

export interface CallOptions {
  readonly signal?: AbortSignal
}

export interface GetOptions extends CallOptions {
  readonly range?: ByteRange
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
}

export interface StoredObject {
  readonly info: ObjectInfo
  /** Inclusive offsets of the returned bytes in the object. Absent if `body` contains the whole object. */
  readonly range?: { readonly start: number; readonly end: number }
  /** Number of bytes of the returned content in `body`. */
  readonly length: number
  /** Content of the object. The caller must read this stream to its end or destroy it. */
  readonly body: Readable
}

/** Content to write: bytes in memory, or a stream. A stream is read once, with back-pressure. */
export type Body = Uint8Array | AsyncIterable<Uint8Array>

/** Condition of a write. At most one of `ifAbsent` and `ifMatch` may be set. */
export interface WriteCondition {
  /** Whether the write succeeds only if no object exists at the location. */
  readonly ifAbsent?: boolean
  /** ETag that the stored object must have. If it has another ETag, the write fails. */
  readonly ifMatch?: string
}

export interface PutOptions extends CallOptions, WriteCondition {
  readonly contentType?: string
  /** Number of bytes of a streamed body, if known. If the body has another size, the put fails and writes nothing. */
  readonly size?: number
  /**
   * Whether the location is a new random name that nothing references before the put returns. A file storage can then
   * write faster: it flushes the file and its name at the same time, so that a system crash during the put can leave
   * a partial object.
   */
  readonly unreferenced?: boolean
}

export interface ListOptions extends CallOptions {
  /** Location after which the list starts. The list contains only locations after it, in byte order. */
  readonly startAfter?: string
  /**
   * Character at which the list groups keys. All keys with the same text up to the next `/` are one entry, a prefix.
   */
  readonly delimiter?: '/'
  /** Maximum number of entries of one page, 1 to 1000 (default 1000). */
  readonly pageSize?: number
}

export type ListEntry =
  | { readonly type: 'object'; readonly location: string; readonly info: ObjectInfo }
  | { readonly type: 'prefix'; readonly location: string }

export interface DeleteFailure {
  readonly location: string
  readonly error: Error
}

export interface PartInfo {
  readonly partNumber: number
  readonly size: number
  readonly etag: string
  readonly lastModified: number
}

export interface CompletedPart {
  readonly partNumber: number
  readonly etag: string
}

export interface UploadPartOptions extends CallOptions {
  /**
   * Number of bytes of a streamed part. Without this number, a store that needs it buffers the part in memory, up to
   * a limit.
   */
  readonly size?: number
}

export interface SweepOptions extends CallOptions {
  /**
   * Minimum age of files to remove, in milliseconds since the last change, because a running writer may still use a
   * newer file.
   */
  readonly olderThan: number
}

/** Numbers of files and uploads that a sweep removed. */
export interface SweepResult {
  readonly files: number
  readonly uploads: number
}

/**
 * Interface of an object store, or of the part of an object store that a warehouse owns.
 *
 * Locations are full URIs (`file:///data/wh/t/m.json`, `s3://bucket/wh/t/m.json`). Their keys are not decoded: `%20`
 * is three characters. A location outside the storage is refused with `forbidden`, a malformed location with
 * `bad-request`.
 *
 * Errors are `HeadgateError`s: `no-such-file`, `precondition-failed`, `invalid-range`, `no-such-upload`, `forbidden`,
 * `bad-request`, `payload-too-large`, and `unavailable` for all temporary failures. Writes that fail with
 * `unavailable` throw `StorageWriteError`, which states whether the object may have been written. An abort by the
 * caller's signal throws the signal's reason as long as it is certain that nothing was written.
 */
export interface Storage extends AsyncDisposable {
  readonly scheme: StorageScheme
  readonly capabilities: StorageCapabilities

  /** Returns the properties of an object, or null if it does not exist. */
  head(location: string, options?: CallOptions): Promise<ObjectInfo | null>
  /**
   * Reads an object. Also throws `precondition-failed` if `ifNoneMatch` is the ETag of the object, because the caller
   * already has this version.
   */
  get(location: string, options?: GetOptions): Promise<StoredObject>
  /** Reads the whole object into memory. Throws `payload-too-large` if it has more than `maxBytes`. */
  getBytes(location: string, options: CallOptions & { readonly maxBytes: number }): Promise<Buffer>
  /**
   * Writes an object atomically: readers see either the complete old object or the complete new object. The object is
   * durable when the call returns.
   */
  put(location: string, body: Body, options?: PutOptions): Promise<{ etag: string }>
  /** Deletes an object. Also succeeds if the object does not exist. */
  delete(location: string, options?: CallOptions): Promise<void>
  deleteMany(
    locations: readonly string[],
    options?: CallOptions,
  ): Promise<{ failed: readonly DeleteFailure[] }>
  /**
   * Lists the objects whose location begins with `prefix`, in the byte order of UTF-8. `prefix` is compared by
   * characters: end it with `/` (see `canonicalPrefix`) unless the list must also contain siblings with a longer
   * name.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListEntry>
  /** Copies an object within this storage. */
  copy(from: string, to: string, options?: CallOptions): Promise<{ etag: string }>

  createUpload(
    location: string,
    options?: CallOptions & { readonly contentType?: string },
  ): Promise<{ uploadId: string }>
  /**
   * Writes a part of an upload. Part numbers are 1 to 10000. A part with the number of an earlier part replaces it.
   */
  uploadPart(
    location: string,
    uploadId: string,
    partNumber: number,
    body: Body,
    options?: UploadPartOptions,
  ): Promise<{ etag: string }>
  listParts(location: string, uploadId: string, options?: CallOptions): AsyncIterable<PartInfo>
  completeUpload(
    location: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options?: CallOptions & WriteCondition,
  ): Promise<{ etag: string }>
  /** Aborts an upload. Also succeeds if the upload does not exist. */
  abortUpload(location: string, uploadId: string, options?: CallOptions): Promise<void>

  /**
   * Checks that the store responds, and that the bucket or directory exists. The readiness check of the server calls
   * this method.
   */
  check(signal?: AbortSignal): Promise<void>
  /**
   * Returns whether the object exists. Only the file storage has this method, because a check of the local disk is
   * fast enough to block the event loop.
   */
  existsSync?(location: string): boolean
  /**
   * Removes temporary files of killed writers, and abandoned uploads. The server calls this method periodically.
   * Absent if the object store itself removes them.
   */
  sweep?(options: SweepOptions): Promise<SweepResult>
}
