package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/retry"
)

var workloadSteps = []step{
	{"scale", scale},
	{"logs", logs},
	{"exec", execute},
	{"port-forward", forward},
	{"delete with propagation", deleteWithPropagation},
}

func web() *appsv1.Deployment {
	labels := map[string]string{"app": "web"}
	replicas := int32(1)
	container := corev1.Container{Name: "web", Image: "web:1", Ports: []corev1.ContainerPort{{ContainerPort: 8080}}}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{container}},
			},
		},
	}
}

func (g *ground) running(ctx context.Context, count int) ([]corev1.Pod, error) {
	var last []corev1.Pod
	err := wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		list, err := g.typed.CoreV1().Pods(g.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=web"})
		if err != nil {
			return false, err
		}
		last = list.Items
		for _, pod := range last {
			if pod.Status.Phase != corev1.PodRunning {
				return false, nil
			}
		}
		return len(last) == count, nil
	})
	if err != nil {
		return nil, fmt.Errorf("%d pods instead of %d running: %w", len(last), count, err)
	}
	return last, nil
}

func scale(ctx context.Context, g *ground) error {
	deployments := g.typed.AppsV1().Deployments(g.namespace)
	if _, err := deployments.Create(ctx, web(), metav1.CreateOptions{}); err != nil {
		return err
	}
	if _, err := g.running(ctx, 1); err != nil {
		return err
	}
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		current, err := deployments.GetScale(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		current.Spec.Replicas = 2
		_, err = deployments.UpdateScale(ctx, "web", current, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return err
	}
	_, err = g.running(ctx, 2)
	return err
}

func logs(ctx context.Context, g *ground) error {
	pods, err := g.running(ctx, 2)
	if err != nil {
		return err
	}
	lines := int64(1)
	options := &corev1.PodLogOptions{TailLines: &lines, Timestamps: true}
	stream, err := g.typed.CoreV1().Pods(g.namespace).GetLogs(pods[0].Name, options).Stream(ctx)
	if err != nil {
		return err
	}
	defer stream.Close()
	text, err := io.ReadAll(stream)
	if err != nil {
		return err
	}
	stamp, _, _ := strings.Cut(string(text), " ")
	if _, err := time.Parse(time.RFC3339Nano, stamp); err != nil {
		return fmt.Errorf("logged %q: %w", text, err)
	}
	return nil
}

func execute(ctx context.Context, g *ground) error {
	pods, err := g.running(ctx, 2)
	if err != nil {
		return err
	}
	options := &corev1.PodExecOptions{Command: []string{"cat"}, Stdin: true, Stdout: true, Stderr: true}
	address := g.typed.CoreV1().RESTClient().Post().Resource("pods").Name(pods[0].Name).Namespace(g.namespace).
		SubResource("exec").VersionedParams(options, scheme.ParameterCodec).URL()
	overWebSocket, err := remotecommand.NewWebSocketExecutor(g.config, "GET", address.String())
	if err != nil {
		return err
	}
	overSPDY, err := remotecommand.NewSPDYExecutor(g.config, "POST", address)
	if err != nil {
		return err
	}
	for name, executor := range map[string]remotecommand.Executor{"WebSocket": overWebSocket, "SPDY": overSPDY} {
		var output, errors bytes.Buffer
		streams := remotecommand.StreamOptions{Stdin: strings.NewReader("through"), Stdout: &output, Stderr: &errors}
		if err := executor.StreamWithContext(ctx, streams); err != nil {
			return fmt.Errorf("over %s: %w", name, err)
		}
		if !strings.Contains(output.String(), "through") {
			return fmt.Errorf("over %s: %q, %q", name, output.String(), errors.String())
		}
	}
	return nil
}

func forward(ctx context.Context, g *ground) error {
	pods, err := g.running(ctx, 2)
	if err != nil {
		return err
	}
	address := g.typed.CoreV1().RESTClient().Post().Resource("pods").Name(pods[0].Name).Namespace(g.namespace).
		SubResource("portforward").URL()
	transport, upgrader, err := spdy.RoundTripperFor(g.config)
	if err != nil {
		return err
	}
	overWebSocket, err := portforward.NewSPDYOverWebsocketDialer(address, g.config)
	if err != nil {
		return err
	}
	overSPDY := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, "POST", address)
	for name, dialer := range map[string]httpstream.Dialer{"WebSocket": overWebSocket, "SPDY": overSPDY} {
		if err := throughForward(ctx, dialer); err != nil {
			return fmt.Errorf("over %s: %w", name, err)
		}
	}
	return nil
}

func throughForward(ctx context.Context, dialer httpstream.Dialer) error {
	stop, ready := make(chan struct{}), make(chan struct{})
	var output bytes.Buffer
	forwarder, err := portforward.New(dialer, []string{"0:8080"}, stop, ready, &output, &output)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	defer close(stop)
	select {
	case <-ready:
	case err := <-ended:
		return fmt.Errorf("%w %s", err, output.String())
	case <-ctx.Done():
		return ctx.Err()
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		return err
	}
	target := url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", ports[0].Local), Path: "/index.html"}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && len(body) == 0 {
		return fmt.Errorf("an empty answer")
	}
	return err
}

func deleteWithPropagation(ctx context.Context, g *ground) error {
	policy := metav1.DeletePropagationForeground
	deployments := g.typed.AppsV1().Deployments(g.namespace)
	if err := deployments.Delete(ctx, "web", metav1.DeleteOptions{PropagationPolicy: &policy}); err != nil {
		return err
	}
	err := wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		list, err := deployments.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=web"})
		return err == nil && len(list.Items) == 0, err
	})
	if err != nil {
		return fmt.Errorf("the deployment stays: %w", err)
	}
	sets, err := g.typed.AppsV1().ReplicaSets(g.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	if len(sets.Items) != 0 {
		return fmt.Errorf("%d replica sets outlive their deployment", len(sets.Items))
	}
	return nil
}
