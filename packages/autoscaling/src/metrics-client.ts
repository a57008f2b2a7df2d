/** What a pod used: thousandths of a unit (millicores, thousandths of bytes) over `window` milliseconds until `timestamp`. */
export interface PodMetric {
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly window: number;
}

/** Metrics of pods by their name. */
export type PodMetrics = ReadonlyMap<string, PodMetric>;

/** A metric and, where it has labels, which of its series. */
export interface MetricQuery {
  readonly namespace: string;
  readonly metric: string;
  /** A label selector over the series; "" for all. */
  readonly metricSelector: string;
}

/**
 * Where the autoscaler's numbers come from. All values are thousandths. A rejection means that the numbers cannot be had
 * now; its message becomes part of a condition of the HorizontalPodAutoscaler.
 */
export interface MetricsClient {
  /** Usage of `cpu` or `memory` of the pods that `selector` selects; of one of their containers when it is named. */
  resourceMetric(query: {
    readonly resource: string;
    readonly namespace: string;
    readonly selector: string;
    readonly container?: string;
  }): Promise<PodMetrics>;
  /** A custom metric of the pods that `selector` selects. */
  podsMetric(query: MetricQuery & { readonly selector: string }): Promise<PodMetrics>;
  /** A custom metric of one object. */
  objectMetric(
    query: MetricQuery & {
      readonly object: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
    },
  ): Promise<number>;
  /** The series of a metric from outside of the cluster. */
  externalMetric(query: MetricQuery): Promise<readonly number[]>;
}
