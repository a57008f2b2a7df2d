/** What the acceptance run applies: a Deployment of 3, a Service, and a ConfigMap read as a file and as environment. */
export function webManifest(image: string, greeting = "hello"): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  greeting: ${greeting}
  index.html: |
    ${greeting} from a file
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - {name: http, port: 80, targetPort: http}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: ${image}
        command: ["sh", "-c", "echo serving $GREETING; exec httpd -f -p 8080 -h /etc/web"]
        env:
        - name: GREETING
          valueFrom: {configMapKeyRef: {name: web, key: greeting}}
        ports:
        - {name: http, containerPort: 8080}
        volumeMounts:
        - {name: config, mountPath: /etc/web}
        resources:
          requests: {cpu: 10m, memory: 8Mi}
      volumes:
      - name: config
        configMap: {name: web}
`;
}
