package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

var refusalSteps = []step{
	{"not found", notFound},
	{"conflict", conflict},
	{"token request", tokenRequest},
	{"denied", denied},
}

// expectError returns nil when err is a Status of that code whose message contains the text.
func expectError(err error, code int32, text string) error {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return fmt.Errorf("no Status: %w", err)
	}
	if actual := status.Status(); actual.Code != code || !strings.Contains(actual.Message, text) {
		return fmt.Errorf("code %d, message %q", actual.Code, actual.Message)
	}
	return nil
}

func notFound(ctx context.Context, g *ground) error {
	_, err := g.typed.CoreV1().Pods(g.namespace).Get(ctx, "nope", metav1.GetOptions{})
	return expectError(err, 404, `pods "nope" not found`)
}

func conflict(ctx context.Context, g *ground) error {
	maps := g.typed.CoreV1().ConfigMaps(g.namespace)
	_, err := maps.Create(ctx, configMap("one"), metav1.CreateOptions{})
	if err := expectError(err, 409, `configmaps "one" already exists`); err != nil {
		return err
	}
	stale, err := maps.Get(ctx, "two", metav1.GetOptions{})
	if err != nil {
		return err
	}
	newer := stale.DeepCopy()
	newer.Data["a"] = "2"
	if _, err := maps.Update(ctx, newer, metav1.UpdateOptions{}); err != nil {
		return err
	}
	stale.Data["a"] = "3"
	_, err = maps.Update(ctx, stale, metav1.UpdateOptions{})
	return expectError(err, 409, `Operation cannot be fulfilled on configmaps "two": the object has been modified`)
}

func tokenRequest(ctx context.Context, g *ground) error {
	accounts := g.typed.CoreV1().ServiceAccounts(g.namespace)
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "nobody"}}
	if _, err := accounts.Create(ctx, account, metav1.CreateOptions{}); err != nil {
		return err
	}
	answer, err := accounts.CreateToken(ctx, "nobody", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	g.token = answer.Status.Token
	bearer, err := g.asNobody()
	if err != nil {
		return err
	}
	self, err := bearer.AuthenticationV1().SelfSubjectReviews().
		Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if name := self.Status.UserInfo.Username; name != "system:serviceaccount:"+g.namespace+":nobody" {
		return fmt.Errorf("the token is for %q", name)
	}
	return nil
}

func (g *ground) asNobody() (kubernetes.Interface, error) {
	config := rest.AnonymousClientConfig(g.config)
	config.BearerToken = g.token
	return kubernetes.NewForConfig(config)
}

func denied(ctx context.Context, g *ground) error {
	bearer, err := g.asNobody()
	if err != nil {
		return err
	}
	_, err = bearer.CoreV1().Secrets(g.namespace).List(ctx, metav1.ListOptions{})
	text := fmt.Sprintf(`secrets is forbidden: User "system:serviceaccount:%s:nobody" cannot list resource "secrets"`+
		` in API group "" in the namespace "%s"`, g.namespace, g.namespace)
	return expectError(err, 403, text)
}
