{{- define "headgate.selectorLabels" -}}
app.kubernetes.io/name: {{ include "headgate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- /* Labels of the pods of the server. Those of the trial database and of the test have another component. */ -}}
{{- define "headgate.serverLabels" -}}
{{ include "headgate.selectorLabels" . }}
app.kubernetes.io/component: server
{{- end -}}

{{- define "headgate.trialLabels" -}}
{{ include "headgate.selectorLabels" . }}
app.kubernetes.io/component: trial-database
{{- end -}}

{{- define "headgate.testLabels" -}}
{{ include "headgate.selectorLabels" . }}
app.kubernetes.io/component: test
{{- end -}}

{{- define "headgate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "headgate.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
