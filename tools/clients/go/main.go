// Command clientgo lives the acceptance scenario with client-go and prints one JSON object per step.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// ground is what every step works on.
type ground struct {
	config    *rest.Config
	typed     kubernetes.Interface
	protobuf  kubernetes.Interface
	dynamic   dynamic.Interface
	namespace string
	token     string
}

type step struct {
	name string
	run  func(ctx context.Context, g *ground) error
}

type outcome struct {
	Step  string `json:"step"`
	Error string `json:"error,omitempty"`
}

func newGround(kubeconfig, namespace string) (*ground, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 1000, 1000
	typed, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	binary := rest.CopyConfig(config)
	binary.ContentType = "application/vnd.kubernetes.protobuf"
	binary.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	protobuf, err := kubernetes.NewForConfig(binary)
	if err != nil {
		return nil, err
	}
	untyped, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &ground{config: config, typed: typed, protobuf: protobuf, dynamic: untyped, namespace: namespace}, nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: clientgo KUBECONFIG NAMESPACE")
		os.Exit(2)
	}
	g, err := newGround(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	output := json.NewEncoder(os.Stdout)
	for _, each := range append(append(objectSteps, workloadSteps...), refusalSteps...) {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		result := outcome{Step: each.name}
		if err := each.run(ctx, g); err != nil {
			result.Error = err.Error()
		}
		cancel()
		if err := output.Encode(result); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
