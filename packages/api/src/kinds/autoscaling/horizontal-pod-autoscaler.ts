import type { Draft, Json } from "@pinnace/apimachinery";
import { autoscalingV1Conversion, hasOtherMetrics } from "../../conversion-autoscaling.ts";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { age, type CellContext, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { HORIZONTAL_POD_AUTOSCALER_COLUMNS } from "./columns.ts";
import { DEFAULT_CPU, defaultAutoscaler } from "./hpa-defaults.ts";
import { autoscalerErrors, autoscalerStatusErrors } from "./hpa-validation.ts";

const UNKNOWN = "<unknown>";
const SHOWN = 2;

function percent(value: number | undefined, otherwise: string): string {
  return value === undefined ? otherwise : `${value}%`;
}

function sourceName(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

function metricText(metric: Draft, status: Draft): string {
  const source = metric[sourceName(metric.type ?? "")];
  if (!source) return "<unknown type>";
  const { target = {} } = source;
  const current = status?.[sourceName(metric.type)]?.current;
  switch (metric.type) {
    case "External":
    case "Object":
      if (target.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
      return `${current?.value ?? UNKNOWN}/${target.value}`;
    case "Pods":
      return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
    default:
      if (target.averageValue !== undefined) {
        return `${source.name}: ${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
      }
      return `${source.name}: ${percent(current?.averageUtilization, UNKNOWN)}/${percent(target.averageUtilization, "<auto>")}`;
  }
}

function metricsText({ spec, status }: Draft): string {
  const metrics: readonly Draft[] = spec?.metrics ?? [];
  if (metrics.length === 0) return "<none>";
  const texts = metrics.map((metric, position) => metricText(metric, status?.currentMetrics?.[position]));
  const shown = texts.slice(0, SHOWN).join(", ");
  return texts.length > SHOWN ? `${shown} + ${texts.length - SHOWN} more...` : shown;
}

function cells(object: Draft, context: CellContext): Json[] {
  const { spec = {}, status = {} } = object;
  return [
    name(object),
    `${spec.scaleTargetRef?.kind ?? ""}/${spec.scaleTargetRef?.name ?? ""}`,
    metricsText(object),
    spec.minReplicas === undefined ? "<unset>" : String(spec.minReplicas),
    spec.maxReplicas ?? 0,
    status.currentReplicas ?? 0,
    age(object, context),
  ];
}

/** HorizontalPodAutoscaler (autoscaling/v2), the stored form. */
export const horizontalPodAutoscaler: KindBehaviour = {
  default: defaultAutoscaler,
  columns: HORIZONTAL_POD_AUTOSCALER_COLUMNS,
  cells,
  strategy: {
    ...PLAIN,
    validate: (object) => autoscalerErrors(object),
    validateUpdate: (object, old) => autoscalerErrors(object, old),
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: autoscalerStatusErrors },
};

/** A v1 autoscaler seen as v2. */
function asV2(object: Draft): Draft {
  const { metadata, spec, status } = object;
  const view: Draft = { ...object, metadata: { ...metadata }, spec: { ...spec }, status: { ...status } };
  autoscalingV1Conversion.toStorage(view);
  return view;
}

/** HorizontalPodAutoscaler (autoscaling/v1): CPU only, everything else in annotations. */
export const horizontalPodAutoscalerV1: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    object.spec.minReplicas ??= 1;
    if (!hasOtherMetrics(object)) object.spec.targetCPUUtilizationPercentage ??= DEFAULT_CPU;
  },
  columns: HORIZONTAL_POD_AUTOSCALER_COLUMNS,
  cells: (object, context) => cells(asV2(object), context),
  strategy: {
    ...PLAIN,
    validate: (object) => autoscalerErrors(asV2(object)),
    validateUpdate: (object, old) => autoscalerErrors(asV2(object), asV2(old)),
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: autoscalerStatusErrors },
};
