/*
 * Runs veraPDF on any number of files in one virtual machine and prints one line of JSON for each:
 *   {"file": …, "assertions": n, "failures": [{"rule": "7.1-3", "message": …, "count": n}, …]}
 *
 * The jar holds veraPDF's classes and profiles but no JAXB runtime, so the profile is read with DOM.
 * Usage: java -cp <jar> VeraPdf.java <PDFUA-1 | PDFA-3A> <file> …
 */
import java.io.File;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.ErrorArgument;
import org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl;
import org.verapdf.pdfa.validation.profiles.ErrorDetails;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Reference;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public class VeraPdf {
    public static void main(String[] arguments) throws Exception {
        java.util.logging.LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        ValidationProfile profile = readProfile(arguments[0]);
        for (int at = 1; at < arguments.length; at++) {
            System.out.println(check(arguments[at], profile));
        }
    }

    private static String check(String file, ValidationProfile profile) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        Map<String, String> messages = new HashMap<>();
        int assertions = 0;
        try (PDFAParser parser =
                Foundries.defaultInstance().createParser(new File(file), profile.getPDFAFlavour())) {
            PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, 10000, false, true, false);
            ValidationResult result = validator.validate(parser);
            assertions = result.getTotalAssertions();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() != TestAssertion.Status.FAILED) {
                    continue;
                }
                RuleId id = assertion.getRuleId();
                String rule = id.getClause() + "-" + id.getTestNumber();
                counts.merge(rule, 1, Integer::sum);
                String where = assertion.getLocation() == null ? "" : " at " + assertion.getLocation().getContext();
                messages.putIfAbsent(rule, assertion.getMessage() + where);
            }
        } catch (Exception error) {
            counts.put("error", 1);
            messages.put("error", String.valueOf(error));
        }
        StringBuilder line = new StringBuilder();
        line.append("{\"file\": ").append(quote(file)).append(", \"assertions\": ").append(assertions);
        line.append(", \"failures\": [");
        String between = "";
        for (Map.Entry<String, Integer> entry : counts.entrySet()) {
            line.append(between).append("{\"rule\": ").append(quote(entry.getKey()));
            line.append(", \"message\": ").append(quote(messages.get(entry.getKey())));
            line.append(", \"count\": ").append(entry.getValue()).append("}");
            between = ", ";
        }
        return line.append("]}").toString();
    }

    private static ValidationProfile readProfile(String name) throws Exception {
        String path = "/org/verapdf/pdfa/validation/" + name + ".xml";
        Document document;
        try (InputStream in = VeraPdf.class.getResourceAsStream(path)) {
            document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        }
        Element root = document.getDocumentElement();
        Set<Rule> rules = new HashSet<>();
        NodeList found = root.getElementsByTagName("rule");
        for (int at = 0; at < found.getLength(); at++) {
            rules.add(readRule((Element) found.item(at)));
        }
        Set<Variable> variables = new HashSet<>();
        found = root.getElementsByTagName("variable");
        for (int at = 0; at < found.getLength(); at++) {
            Element variable = (Element) found.item(at);
            variables.add(Profiles.variableFromValues(
                    variable.getAttribute("name"), variable.getAttribute("object"),
                    text(variable, "defaultValue"), text(variable, "value")));
        }
        return Profiles.profileFromValues(
                PDFAFlavour.valueOf(root.getAttribute("flavour")),
                Profiles.profileDetailsFromValues(name, name, "veraPDF", new Date(0)), "", rules, variables);
    }

    private static Rule readRule(Element rule) {
        Element id = (Element) rule.getElementsByTagName("id").item(0);
        RuleId ruleId = Profiles.ruleIdFromValues(
                PDFAFlavour.Specification.valueOf(id.getAttribute("specification")),
                id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber")));
        Element error = (Element) rule.getElementsByTagName("error").item(0);
        List<ErrorArgument> arguments = new ArrayList<>();
        NodeList found = error.getElementsByTagName("argument");
        for (int at = 0; at < found.getLength(); at++) {
            arguments.add(ErrorArgumentImpl.fromValues(found.item(at).getTextContent(), null, null));
        }
        ErrorDetails details = Profiles.errorFromValues(text(error, "message"), arguments);
        String deferred = rule.getAttribute("deferred");
        return Profiles.ruleFromValues(
                ruleId, rule.getAttribute("object"), deferred.isEmpty() ? null : Boolean.valueOf(deferred),
                rule.getAttribute("tags"), text(rule, "description"), text(rule, "test"), details,
                new ArrayList<Reference>());
    }

    private static String text(Element parent, String name) {
        return parent.getElementsByTagName(name).item(0).getTextContent();
    }

    private static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : String.valueOf(text).toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 32) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
