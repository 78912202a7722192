import type { ComponentChildren, VNode } from 'preact'
import { toError } from '../api/request.ts'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { t } from '../text.ts'
import { ErrorNote } from './states.tsx'

interface DialogProps {
  readonly title: string
  /** Label of the button that confirms the dialog. */
  readonly confirm: string
  readonly tone?: 'bad'
  readonly onClose: () => void
  /** Called when the user confirms. The dialog closes if the promise resolves, and shows the error if it rejects. */
  readonly onConfirm: () => Promise<void>
  readonly children: ComponentChildren
}

/** Modal dialog that requests input or a confirmation. */
export function Dialog({ title, confirm, tone, onClose, onConfirm, children }: DialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  const [error, setError] = useState<Error | null>(null)
  const [isRunning, setRunning] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setRunning(true)
    setError(null)
    try {
      await onConfirm()
      onClose()
    } catch (problem) {
      setError(toError(problem))
      setRunning(false)
    }
  }
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={titleId}>{title}</h2>
        {children}
        {error !== null && <ErrorNote error={error} />}
        <div class="dialog-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {t('Cancel')}
          </button>
          <button type="submit" class={tone === 'bad' ? 'danger' : 'primary'} disabled={isRunning}>
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  )
}

interface FieldProps {
  readonly label: string
  readonly hint?: string
  readonly children: (id: string) => VNode
}

/** Label and hint around an input of a form. */
export function Field({ label, hint, children }: FieldProps): VNode {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
      {hint !== undefined && <p class="muted">{hint}</p>}
    </div>
  )
}
