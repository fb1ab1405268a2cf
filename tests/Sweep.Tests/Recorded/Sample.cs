using System.Collections;
using System.Globalization;
using System.Reflection;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Recorded;

/// <summary>
/// Makes a value of any type of message. No member has its default value, so that a member that a newer version adds is covered too.
/// </summary>
internal static class Sample
{
    public static object? Of(Type type, string name) => type switch
    {
        _ when Nullable.GetUnderlyingType(type) is { } value => Of(value, name),
        _ when type == typeof(string) => $"{name}: é😀",
        _ when type == typeof(int) || type == typeof(long) => Convert.ChangeType(7 + name.Length, type, CultureInfo.InvariantCulture),
        _ when type == typeof(double) => name.Length + 0.5,
        _ when type == typeof(bool) => true,
        _ when type == typeof(CancellationToken) => CancellationToken.None,
        _ when type == typeof(Metric) => Metric.Perplexity,
        _ when type.IsEnum => Enum.GetValues(type).Cast<object>().Last(),
        _ when type.IsArray => ArrayOf(type.GetElementType()!, name),
        _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) =>
            ArrayOf(type.GetGenericArguments()[0], name),
        _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) =>
            DictionaryOf(type.GetGenericArguments(), name),
        _ => Record(type),
    };

    private static Array ArrayOf(Type element, string name)
    {
        var array = Array.CreateInstance(element, 2);
        array.SetValue(Of(element, name), 0);
        array.SetValue(Of(element, name + "2"), 1);
        return array;
    }

    private static object DictionaryOf(Type[] types, string name)
    {
        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(types))!;
        dictionary.Add(Of(types[0], name)!, Of(types[1], name));
        return dictionary;
    }

    private static object Record(Type type)
    {
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance)
            .MaxBy(candidate => candidate.GetParameters().Length)
            ?? throw new InvalidOperationException($"{type} has no constructor to be sampled by.");
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType, parameter.Name!))]);
    }
}
