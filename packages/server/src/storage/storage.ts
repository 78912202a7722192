import type { Readable } from 'node:stream'

/** The kinds of object store that a location can name. `s3a` is read as `s3`. */
export type StorageScheme = 'file' | 's3'

/** What an implementation can do. Ask these flags, never the scheme. */
export interface StorageCapabilities {
  /** `ifAbsent` is atomic: of any number of racing writers exactly one wins. */
  readonly conditionalPut: boolean
  /** `ifMatch` of `put` and `completeUpload` is atomic. `process`: only among writers of one process. */
  readonly ifMatch: 'store' | 'process' | false
  /** `createUpload` and the calls that belong to it work. */
  readonly multipart: boolean
  /** Smallest size in bytes of every part of an upload but the last. */
  readonly minPartSize: number
  /** The content type given to `put` comes back in `ObjectInfo`. */
  readonly contentType: boolean
}

/** What is known about an object without reading it. */
export interface ObjectInfo {
  /** Bytes. */
  readonly size: number
  /** Opaque, without quotes. Changes whenever the object is written again. */
  readonly etag: string
  /** Epoch milliseconds. */
  readonly lastModified: number
  readonly contentType?: string
}

/** `start` and `end` are inclusive offsets in bytes; `suffix` asks for the last bytes (RFC 9110 section 14.1.2). */
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
  /** Offsets of the bytes that `body` gives, inclusive; absent when it gives all of them. */
  readonly range?: { readonly start: number; readonly end: number }
  /** Bytes that `body` gives. */
  readonly length: number
  /** Must be read to its end or destroyed. */
  readonly body: Readable
}

/** Bytes to write: at once, or as they come. A stream is read once, with back-pressure. */
export type Body = Uint8Array | AsyncIterable<Uint8Array>

/** At most one of `ifAbsent` and `ifMatch`. */
export interface WriteCondition {
  /** Write only when there is no object yet. */
  readonly ifAbsent?: boolean
  /** Write only when the object there has this ETag. */
  readonly ifMatch?: string
}

export interface PutOptions extends CallOptions, WriteCondition {
  readonly contentType?: string
  /** Bytes of a streamed body, when known: another count is an error, and nothing is written. */
  readonly size?: number
  /**
   * Nobody refers to the location before the put has returned, as its name was made up for this. Then it is only after a
   * system crash in between that part of the object may be there, which spares a file system a wait.
   */
  readonly unreferenced?: boolean
}

export interface ListOptions extends CallOptions {
  /** Full location: only entries behind it, in byte order. */
  readonly startAfter?: string
  /** Fold what lies deeper than the next `/` into one `prefix` entry. */
  readonly delimiter?: '/'
  /** Entries fetched at a time, 1 to 1000 (default 1000). */
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
  /** Bytes of a streamed part. A store may need it: without it a streamed part is held in memory up to a limit. */
  readonly size?: number
}

export interface SweepOptions extends CallOptions {
  /** Leave what was touched less than this many milliseconds ago: it may belong to a writer that lives. */
  readonly olderThan: number
}

/** How many were removed. */
export interface SweepResult {
  readonly files: number
  readonly uploads: number
}

/**
 * One object store, or the part of one that a warehouse owns.
 *
 * Locations are full URIs (`file:///data/wh/t/m.json`, `s3://bucket/wh/t/m.json`) whose keys are taken as they are
 * written: a `%20` in one is three characters. A location outside what the storage owns is refused (`forbidden`), a
 * malformed one too (`bad-request`).
 *
 * Errors are `HeadgateError`s: `no-such-file`, `precondition-failed`, `invalid-range`, `no-such-upload`, `forbidden`,
 * `bad-request`, `payload-too-large`, and for everything that may pass `unavailable`. Writes that end in `unavailable`
 * throw `StorageWriteError`, which says whether the object may have been written all the same. An abort by the
 * caller's signal throws the signal's reason while it is certain that nothing was written.
 */
export interface Storage extends AsyncDisposable {
  readonly scheme: StorageScheme
  readonly capabilities: StorageCapabilities

  /** Null when there is no such object. */
  head(location: string, options?: CallOptions): Promise<ObjectInfo | null>
  /** `precondition-failed` also when `ifNoneMatch` names the object's ETag: the caller has it already. */
  get(location: string, options?: GetOptions): Promise<StoredObject>
  /** The whole object; `payload-too-large` when it has more than `maxBytes`. */
  getBytes(location: string, options: CallOptions & { readonly maxBytes: number }): Promise<Buffer>
  /** Atomic and durable when it returns: readers see the old object or the new one, whole. */
  put(location: string, body: Body, options?: PutOptions): Promise<{ etag: string }>
  /** Also succeeds when there is no such object. */
  delete(location: string, options?: CallOptions): Promise<void>
  deleteMany(
    locations: readonly string[],
    options?: CallOptions,
  ): Promise<{ failed: readonly DeleteFailure[] }>
  /**
   * Objects whose location begins with `prefix`, in the byte order of their UTF-8 form. `prefix` is a prefix of
   * characters: end it in `/` (see `canonicalPrefix`) unless siblings are wanted too.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListEntry>
  /** Within this storage. */
  copy(from: string, to: string, options?: CallOptions): Promise<{ etag: string }>

  createUpload(
    location: string,
    options?: CallOptions & { readonly contentType?: string },
  ): Promise<{ uploadId: string }>
  /** Part numbers go from 1 to 10000; a number used again replaces that part. */
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
  /** Also succeeds when there is no such upload. */
  abortUpload(location: string, uploadId: string, options?: CallOptions): Promise<void>

  /** Resolves when the store answers and its place for objects is there. For readiness. */
  check(signal?: AbortSignal): Promise<void>
  /** Present where asking is so cheap that it may block: a look at the local disk. */
  existsSync?(location: string): boolean
  /**
   * Removes what writers left that were killed, and uploads that nobody goes on with. Meant to run now and then.
   * Absent: the store sees to that itself.
   */
  sweep?(options: SweepOptions): Promise<SweepResult>
}
