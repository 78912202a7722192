import { request, toError } from './request.ts'

/** One page of a list. */
export interface ListPage<Row> {
  readonly rows: readonly Row[]
  readonly nextPageToken: string | null
}

/** Maximum number of pages in memory. An evicted page is loaded again when its rows are shown. */
const maxPages = 12

/**
 * Rows of a list that the server sends in pages. Keeps the page tokens of all pages, but only the rows of the pages
 * that were shown last, so that a long list needs little memory.
 */
export class PagedRows<Row> {
  readonly #toPath: (pageToken: string | null) => string
  readonly #toPage: (response: unknown) => ListPage<Row>
  readonly #onChange: () => void
  /** Rows of the pages in memory, keyed by page number, with the most recently used page last. */
  readonly #pages = new Map<number, readonly Row[]>()
  /** Page token and index of the first row of each known page. */
  readonly #starts: { readonly token: string | null; readonly row: number }[] = [{ token: null, row: 0 }]
  readonly #loading = new Set<number>()
  readonly #stop = new AbortController()
  /** Number of rows in all pages that were loaded at least once. */
  count = 0
  isComplete = false
  error: Error | undefined

  constructor(options: {
    readonly toPath: (pageToken: string | null) => string
    readonly toPage: (response: unknown) => ListPage<Row>
    readonly onChange: () => void
  }) {
    this.#toPath = options.toPath
    this.#toPage = options.toPage
    this.#onChange = options.onChange
  }

  get isLoading(): boolean {
    return this.#loading.size > 0
  }

  /** Returns a row, or undefined while its page is loading. */
  at(index: number): Row | undefined {
    const page = this.#findPage(index)
    return this.#pages.get(page)?.[index - (this.#starts[page]?.row ?? 0)]
  }

  /**
   * Loads the pages with the rows from `first` to `last`. Also loads the next unknown page if `last` is within 50 rows
   * of the last known row.
   */
  show(first: number, last: number): void {
    if (this.error !== undefined) return
    for (let page = this.#findPage(first); page <= this.#findPage(last); page += 1) void this.#load(page)
    if (!this.isComplete && last + 50 >= this.count) void this.#load(this.#starts.length - 1)
  }

  /** Clears the error, so that the shown rows are loaded again. */
  retry(): void {
    this.error = undefined
    this.#onChange()
  }

  close(): void {
    this.#stop.abort()
  }

  #findPage(index: number): number {
    const found = this.#starts.findLastIndex(({ row }) => row <= index)
    return Math.max(0, found)
  }

  async #load(page: number): Promise<void> {
    const start = this.#starts[page]
    if (start === undefined || this.#loading.has(page)) return
    const known = this.#pages.get(page)
    if (known !== undefined) {
      this.#keep(page, known)
      return
    }
    this.#loading.add(page)
    try {
      const response = await request<unknown>(this.#toPath(start.token), { signal: this.#stop.signal })
      const { rows, nextPageToken } = this.#toPage(response)
      this.#keep(page, rows)
      if (page === this.#starts.length - 1) {
        this.count = start.row + rows.length
        if (nextPageToken === null) this.isComplete = true
        else this.#starts.push({ token: nextPageToken, row: this.count })
      }
    } catch (error) {
      if (this.#stop.signal.aborted) return
      this.error = toError(error)
    } finally {
      this.#loading.delete(page)
    }
    this.#onChange()
  }

  #keep(page: number, rows: readonly Row[]): void {
    this.#pages.delete(page)
    this.#pages.set(page, rows)
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= maxPages) break
      this.#pages.delete(old)
    }
  }
}
