import type { VNode } from 'preact'
import { Field } from './dialog.tsx'

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly placeholder: string
  readonly class?: string
  readonly onInput: (value: string) => void
}

/** Input of a short text, with its label. */
export function TextField({ label, onInput, ...rest }: TextFieldProps): VNode {
  return (
    <Field label={label}>
      {(id) => <input id={id} {...rest} onInput={(event) => onInput(event.currentTarget.value)} />}
    </Field>
  )
}
