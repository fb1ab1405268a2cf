using System.Reflection;

namespace Sweep.Tests.Worker;

/// <summary>An implementation of any interface, all of whose methods are answered by one function.</summary>
internal class Fake : DispatchProxy
{
    private Func<MethodInfo, object?[], object?>? _answer;

    public static T Of<T>(Func<MethodInfo, object?[], object?> answer)
        where T : class
    {
        var fake = Create<T, Fake>();
        ((Fake)(object)fake)._answer = answer;
        return fake;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer!(targetMethod!, args ?? []);
}
