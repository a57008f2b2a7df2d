package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

var objectSteps = []step{
	{"discover", discover},
	{"create", create},
	{"apply, server side", applyServerSide},
	{"get", get},
	{"list by selectors", listBySelectors},
	{"list by pages", listByPages},
	{"watch", watchChanges},
	{"patch, JSON", patch(types.JSONPatchType, `[{"op":"add","path":"/data/json","value":"1"}]`, "json")},
	{"patch, merge", patch(types.MergePatchType, `{"data":{"merge":"1"}}`, "merge")},
	{"patch, strategic", patch(types.StrategicMergePatchType, `{"data":{"strategic":"1"}}`, "strategic")},
	{"protobuf", protobuf},
	{"informer", informer},
}

func discover(_ context.Context, g *ground) error {
	version, err := g.typed.Discovery().ServerVersion()
	if err != nil {
		return err
	}
	if version.Minor != "36" {
		return fmt.Errorf("minor version %q", version.Minor)
	}
	_, lists, err := g.typed.Discovery().ServerGroupsAndResources()
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, list := range lists {
		for _, each := range list.APIResources {
			names[list.GroupVersion+"/"+each.Name] = true
		}
	}
	for _, wanted := range []string{"v1/pods/exec", "apps/v1/deployments/scale", "batch/v1/jobs", "v1/serviceaccounts/token"} {
		if !names[wanted] {
			return fmt.Errorf("%s is not discovered", wanted)
		}
	}
	schemas, err := g.typed.Discovery().OpenAPIV3().Paths()
	if err != nil {
		return err
	}
	if schemas["apis/apps/v1"] == nil {
		return fmt.Errorf("OpenAPI v3 lacks apis/apps/v1")
	}
	_, err = g.typed.Discovery().OpenAPISchema()
	return err
}

func configMap(name string) *corev1.ConfigMap {
	labels := map[string]string{"group": "paged", "name": name}
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Data: map[string]string{"a": "1"}}
}

func create(ctx context.Context, g *ground) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: g.namespace}}
	if _, err := g.typed.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil {
		return err
	}
	for _, name := range []string{"one", "two", "three"} {
		made, err := g.typed.CoreV1().ConfigMaps(g.namespace).Create(ctx, configMap(name), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		if made.UID == "" || made.ResourceVersion == "" || made.CreationTimestamp.IsZero() {
			return fmt.Errorf("metadata is not filled in: %+v", made.ObjectMeta)
		}
	}
	return nil
}

func applyServerSide(ctx context.Context, g *ground) error {
	maps := g.typed.CoreV1().ConfigMaps(g.namespace)
	options := metav1.ApplyOptions{FieldManager: "first"}
	wanted := corev1apply.ConfigMap("applied", g.namespace).WithData(map[string]string{"a": "1"})
	if _, err := maps.Apply(ctx, wanted, options); err != nil {
		return err
	}
	other := corev1apply.ConfigMap("applied", g.namespace).WithData(map[string]string{"a": "2"})
	_, err := maps.Apply(ctx, other, metav1.ApplyOptions{FieldManager: "second"})
	if err := expectError(err, 409, `Apply failed with 1 conflict: conflict with "first"`); err != nil {
		return err
	}
	forced, err := maps.Apply(ctx, other, metav1.ApplyOptions{FieldManager: "second", Force: true})
	if err != nil {
		return err
	}
	extracted, err := corev1apply.ExtractConfigMap(forced, "second")
	if err != nil {
		return err
	}
	if extracted.Data["a"] != "2" {
		return fmt.Errorf("the second manager does not own a: %v", extracted.Data)
	}
	return nil
}

func get(ctx context.Context, g *ground) error {
	found, err := g.typed.CoreV1().ConfigMaps(g.namespace).Get(ctx, "one", metav1.GetOptions{})
	if err != nil {
		return err
	}
	maps := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	same, err := g.dynamic.Resource(maps).Namespace(g.namespace).Get(ctx, "one", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if value, _, _ := unstructured.NestedString(same.Object, "data", "a"); value != found.Data["a"] {
		return fmt.Errorf("typed and dynamic differ: %q, %q", found.Data["a"], value)
	}
	return nil
}

func listBySelectors(ctx context.Context, g *ground) error {
	maps := g.typed.CoreV1().ConfigMaps(g.namespace)
	for selector, count := range map[string]int{"group=paged": 3, "group=paged,name!=one": 2, "name in (one,two)": 2, "!group,name": 0} {
		list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: selector})
		if err != nil {
			return err
		}
		if len(list.Items) != count {
			return fmt.Errorf("%s selects %d", selector, len(list.Items))
		}
	}
	list, err := maps.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=two"})
	if err != nil {
		return err
	}
	if len(list.Items) != 1 {
		return fmt.Errorf("a field selector selects %d", len(list.Items))
	}
	return nil
}

func listByPages(ctx context.Context, g *ground) error {
	options := metav1.ListOptions{LabelSelector: "group=paged", Limit: 2}
	names := map[string]bool{}
	pages := 0
	for {
		list, err := g.typed.CoreV1().ConfigMaps(g.namespace).List(ctx, options)
		if err != nil {
			return err
		}
		pages++
		for _, each := range list.Items {
			names[each.Name] = true
		}
		if list.Continue == "" {
			break
		}
		options.Continue = list.Continue
	}
	if pages != 2 || len(names) != 3 {
		return fmt.Errorf("%d pages with %d names", pages, len(names))
	}
	return nil
}

func watchChanges(ctx context.Context, g *ground) error {
	maps := g.typed.CoreV1().ConfigMaps(g.namespace)
	list, err := maps.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	watcher, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion, FieldSelector: "metadata.name=seen"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	made, err := maps.Create(ctx, configMap("seen"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	made.Labels = map[string]string{}
	made.Data["a"] = "2"
	if _, err := maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if err := maps.Delete(ctx, "seen", metav1.DeleteOptions{}); err != nil {
		return err
	}
	for _, wanted := range []watch.EventType{watch.Added, watch.Modified, watch.Deleted} {
		select {
		case event := <-watcher.ResultChan():
			if event.Type != wanted {
				return fmt.Errorf("%s instead of %s: %v", event.Type, wanted, event.Object)
			}
		case <-ctx.Done():
			return fmt.Errorf("no %s: %w", wanted, ctx.Err())
		}
	}
	return nil
}

func patch(kind types.PatchType, body, key string) func(context.Context, *ground) error {
	return func(ctx context.Context, g *ground) error {
		maps := g.typed.CoreV1().ConfigMaps(g.namespace)
		patched, err := maps.Patch(ctx, "one", kind, []byte(body), metav1.PatchOptions{})
		if err != nil {
			return err
		}
		if patched.Data[key] != "1" || patched.Data["a"] != "1" {
			return fmt.Errorf("patched to %v", patched.Data)
		}
		return nil
	}
}

func protobuf(ctx context.Context, g *ground) error {
	maps := g.protobuf.CoreV1().ConfigMaps(g.namespace)
	if _, err := maps.Create(ctx, configMap("binary"), metav1.CreateOptions{}); err != nil {
		return err
	}
	list, err := maps.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=binary"})
	if err != nil {
		return err
	}
	if len(list.Items) != 1 || list.Items[0].Data["a"] != "1" {
		return fmt.Errorf("listed %v", list.Items)
	}
	return maps.Delete(ctx, "binary", metav1.DeleteOptions{})
}

func informer(ctx context.Context, g *ground) error {
	factory := informers.NewSharedInformerFactoryWithOptions(g.typed, 0, informers.WithNamespace(g.namespace))
	maps := factory.Core().V1().ConfigMaps()
	synced := maps.Informer().HasSynced
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), synced) {
		return fmt.Errorf("the cache does not sync")
	}
	_, err := maps.Lister().ConfigMaps(g.namespace).Get("one")
	return err
}
