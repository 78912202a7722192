{{- /*
Renders a Secret whose content is created once. Later installations and upgrades keep the content that the cluster has,
Helm never deletes the Secret, and Kubernetes refuses every change of it. An upgrade without the Secret is refused: a new
key could not decrypt the database.

Arguments: root, name, data (used only if the cluster has no such Secret).
*/ -}}
{{- define "headgate.generatedSecret" -}}
{{- $existing := lookup "v1" "Secret" .root.Release.Namespace .name -}}
{{- if and .root.Release.IsUpgrade (not $existing) -}}
{{- fail (printf "Secret %s/%s does not exist. Restore it from its backup, or name another one: a new content could not open the database. Programs that render the chart without access to the cluster need masterKey.existingSecret and database.existingSecret." .root.Release.Namespace .name) -}}
{{- end -}}
apiVersion: v1
kind: Secret
metadata:
  name: {{ .name }}
  labels:
    {{- include "headgate.labels" .root | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
immutable: true
data:
  {{- if $existing }}
  {{- toYaml $existing.data | nindent 2 }}
  {{- else }}
  {{- range $key, $text := .data }}
  {{ $key }}: {{ b64enc $text }}
  {{- end }}
  {{- end }}
{{- end -}}
