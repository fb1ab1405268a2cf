using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Sweep.Tests.Structure;

/// <summary>A type of an assembly that another type of the same assembly uses.</summary>
/// <param name="From">The full name of the type that uses the other one.</param>
/// <param name="To">The full name of the used type.</param>
internal readonly record struct TypeUse(string From, string To)
{
    /// <summary>The namespace of the type that uses the other one, which is also the name of its folder.</summary>
    public string FromFolder => From[..From.LastIndexOf('.')];

    public string ToFolder => To[..To.LastIndexOf('.')];

    public override string ToString() => $"{From} uses {To}";
}

/// <summary>Finds which types of an assembly use each other in fields, signatures and bodies of methods.</summary>
internal static class TypeUses
{
    /// <summary>
    /// Returns each pair of types once. Nested types, which include those that the compiler makes for closures, count as the type around
    /// them. Uses of constants and of members of enumerations are not found, since the compiler replaces them by their values.
    /// </summary>
    /// <param name="assembly">The path of the assembly's file.</param>
    /// <param name="root">The namespace of the project. Generated code in other namespaces is in no folder and is left out.</param>
    public static IReadOnlySet<TypeUse> In(string assembly, string root)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        var uses =
            from type in module.GetTypes()
            from mentioned in Mentioned(type).SelectMany(Parts)
            where mentioned.Scope == module
            let use = new TypeUse(Outermost(type).FullName, Outermost(mentioned).FullName)
            where use.From != use.To && IsOurs(use.From) && IsOurs(use.To)
            select use;
        return uses.ToHashSet();

        bool IsOurs(string name) => name.StartsWith($"{root}.", StringComparison.Ordinal);
    }

    private static IEnumerable<TypeReference?> Mentioned(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(one => one.InterfaceType),
        .. type.GenericParameters.SelectMany(Constraints),
        .. type.Fields.Select(field => field.FieldType),
        .. Attributes([type, .. type.Fields, .. type.Properties, .. type.Events, .. type.Methods]),
        .. type.Methods.SelectMany(Mentioned),
    ];

    private static IEnumerable<TypeReference?> Mentioned(MethodDefinition method) =>
    [
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method.GenericParameters.SelectMany(Constraints),
        .. method.HasBody ? Mentioned(method.Body) : [],
    ];

    private static IEnumerable<TypeReference?> Mentioned(MethodBody body) =>
    [
        .. body.Variables.Select(variable => variable.VariableType),
        .. body.ExceptionHandlers.Select(handler => handler.CatchType),
        .. body.Instructions.SelectMany(instruction => instruction.Operand switch
        {
            MethodReference method => [method.DeclaringType, .. method is GenericInstanceMethod generic ? generic.GenericArguments : []],
            FieldReference field => [field.DeclaringType],
            TypeReference type => [type],
            _ => Array.Empty<TypeReference>(),
        }),
    ];

    private static IEnumerable<TypeReference> Constraints(GenericParameter parameter) =>
        parameter.Constraints.Select(constraint => constraint.ConstraintType);

    private static IEnumerable<TypeReference> Attributes(IEnumerable<ICustomAttributeProvider> members) =>
        members.SelectMany(member => member.CustomAttributes).Select(attribute => attribute.AttributeType);

    /// <summary>Returns the types of which a type consists: for <c>List&lt;Trial[]&gt;</c> the list and the trial.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
