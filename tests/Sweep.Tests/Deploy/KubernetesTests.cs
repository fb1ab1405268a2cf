using k8s;
using k8s.Models;
using YamlDotNet.Core;

namespace Sweep.Tests.Deploy;

public sealed class KubernetesTests
{
    [Fact]
    public async Task Every_object_is_one_that_Kubernetes_knows() =>
        Assert.Equal(
            [
                "ConfigMap", "Deployment", "Deployment", "Job", "Namespace", "NetworkPolicy", "NetworkPolicy", "NetworkPolicy",
                "NetworkPolicy", "PodDisruptionBudget", "PodDisruptionBudget", "Service", "ServiceAccount",
            ],
            Read(await RenderAsync()).Select(item => ((IKubernetesObject)item).Kind).Order());

    [Theory]
    [InlineData("terminationGracePeriodSeconds:", "terminationGraceSeconds:")]
    [InlineData("readOnlyRootFilesystem:", "readonlyRootFilesystem:")]
    [InlineData("minAvailable: 1", "minAvailible: 1")]
    [InlineData("replicas: 2", "replicas: two")]
    public async Task A_misspelt_field_is_refused(string field, string misspelt)
    {
        var rendered = await RenderAsync();
        Assert.Contains(field, rendered, StringComparison.Ordinal);
        Assert.ThrowsAny<YamlException>(() => Read(rendered.Replace(field, misspelt, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_pod_is_hardened()
    {
        var pods = Pods(Read(await RenderAsync())).ToList();
        Assert.Equal(3, pods.Count);
        Assert.All(pods, pod =>
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.False(pod.HostNetwork ?? false);
            Assert.All(pod.Containers, container =>
            {
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.Null(container.SecurityContext.Capabilities.Add);
                Assert.True(container.Resources.Limits.ContainsKey("memory"));
                Assert.DoesNotContain(
                    container.Env,
                    variable => variable.Name.Contains("PASSWORD", StringComparison.Ordinal) && !variable.Value.StartsWith('/'));
            });
        });
    }

    [Fact]
    public async Task Silos_are_probed_and_drain_before_they_are_killed()
    {
        var objects = Read(await RenderAsync());
        var silos = objects.OfType<V1Deployment>().ToList();
        Assert.All(silos, silo =>
        {
            Assert.Equal(45, silo.Spec.Template.Spec.TerminationGracePeriodSeconds);
            var container = Assert.Single(silo.Spec.Template.Spec.Containers);
            Assert.Equal(
                ("/readyz", "/readyz", "/healthz"),
                (container.StartupProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path, container.LivenessProbe.HttpGet.Path));
            Assert.Single(
                objects.OfType<V1PodDisruptionBudget>(), budget => Selects(budget.Spec.Selector, silo.Spec.Template.Metadata.Labels));
            Assert.True(Selects(silo.Spec.Selector, silo.Spec.Template.Metadata.Labels));
        });
        Assert.Equal(
            ["nvidia.com/gpu"],
            silos.SelectMany(silo => silo.Spec.Template.Spec.Containers[0].Resources.Limits.Keys).Where(key => key.Contains('/')));
    }

    [Fact]
    public async Task Workers_run_no_programs_unless_one_variable_turns_it_on()
    {
        var objects = Read(await RenderAsync());
        var variable = Assert.Single(
            objects.OfType<V1Deployment>().Single(silo => silo.Metadata.Name == "worker-gpu").Spec.Template.Spec.Containers[0].Env,
            variable => variable.Name == "SWEEP_PROGRAMS");
        Assert.Equal(
            "false", Assert.Single(objects.OfType<V1ConfigMap>()).Data[variable.ValueFrom.ConfigMapKeyRef.Key]);
    }

    [Fact]
    public async Task No_pod_is_reached_unless_a_policy_allows_it()
    {
        var policies = Read(await RenderAsync()).OfType<V1NetworkPolicy>().ToList();
        var nothing = Assert.Single(policies, policy => policy.Metadata.Name == "nothing");
        Assert.Equal(["Ingress", "Egress"], nothing.Spec.PolicyTypes);
        Assert.True(nothing.Spec is { Ingress: null, Egress: null } && nothing.Spec.PodSelector.MatchLabels is null);
        Assert.All(policies.SelectMany(policy => policy.Spec.Ingress ?? []), rule => Assert.NotEmpty(rule.FromProperty));
    }

    private static bool Selects(V1LabelSelector selector, IDictionary<string, string> labels) =>
        selector.MatchLabels.All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value);

    private static IEnumerable<V1PodSpec> Pods(IReadOnlyList<object> objects) =>
        objects.OfType<V1Deployment>().Select(deployment => deployment.Spec.Template.Spec)
            .Concat(objects.OfType<V1Job>().Select(job => job.Spec.Template.Spec));

    private static List<object> Read(string yaml) => KubernetesYaml.LoadAllFromString(yaml, strict: true);

    private static Task<string> RenderAsync() => Rendered.Value;

    private static readonly Lazy<Task<string>> Rendered = new(async () =>
    {
        var answer = await DeployProgram.RunAsync("kubectl", "kubernetes-client", ["kustomize", "deploy/kubernetes"]);
        Assert.True(answer.Code == 0, answer.Error);
        return answer.Output;
    });
}
