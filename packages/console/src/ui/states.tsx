import type { ComponentChildren, VNode } from 'preact'
import type { Loaded } from '../api/use-get.ts'
import { ApiError } from '../api/request.ts'
import { t } from '../text.ts'

/** Message that is shown if a list or page has no content. */
export function Empty({
  title,
  children,
}: {
  readonly title: string
  readonly children?: ComponentChildren
}): VNode {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <div class="empty-text">{children}</div>}
    </div>
  )
}

/**
 * Placeholder lines while content is loading. They appear after a short delay, so that fast responses cause no
 * flicker.
 */
export function Skeleton({ lines = 6 }: { readonly lines?: number }): VNode {
  return (
    <div class="skeleton" role="status" aria-label={t('Loading')}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  )
}

/** Shows the error of a request, with a button that sends the request again. */
export function ErrorNote({
  error,
  onRetry,
}: {
  readonly error: Error
  readonly onRetry?: () => void
}): VNode {
  const message =
    error.name === 'TimeoutError' ? t('The server did not answer within 30 seconds.') : error.message
  const isNetwork = error instanceof TypeError
  return (
    <div class="note bad" role="alert">
      <p>{isNetwork ? t('The server cannot be reached. Is it running?') : message}</p>
      {error instanceof ApiError && error.requestId !== null && error.status >= 500 && (
        <p class="muted">{t('Request id for the log of the server: {id}', { id: error.requestId })}</p>
      )}
      {onRetry !== undefined && (
        <button type="button" class="small" onClick={onRetry}>
          {t('Try again')}
        </button>
      )}
    </div>
  )
}

/** Shows the content of a response, or else its error or a placeholder while it is loading. */
export function Shown<T>({
  of,
  children,
}: {
  readonly of: Loaded<T>
  readonly children: (data: T) => ComponentChildren
}): VNode {
  if (of.data !== undefined) return <>{children(of.data)}</>
  if (of.error !== undefined) return <ErrorNote error={of.error} onRetry={of.reload} />
  return <Skeleton />
}
